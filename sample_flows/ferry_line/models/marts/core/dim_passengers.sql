select
    passenger_id,
    min(sailed_on) as first_trip_on,
    max(sailed_on) as last_trip_on,
    count(*) as trips,
    mode(fare_class) as usual_fare_class,
    {{ euros('sum(revenue_cents)') }} as spent_eur
from {{ ref('int_passenger_trips') }}
group by passenger_id
