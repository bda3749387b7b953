with rhythm as (
    select passenger_id, median(days_since_last_trip) as usual_gap_days
    from {{ ref('int_passenger_trips') }}
    group by passenger_id
)

select
    passengers.passenger_id,
    passengers.trips,
    passengers.spent_eur,
    rhythm.usual_gap_days,
    case
        when passengers.trips = 1 then 'visitor'
        when passengers.usual_fare_class = 'commuter' then 'commuter'
        when rhythm.usual_gap_days <= 7 then 'regular'
        else 'occasional'
    end as segment
from {{ ref('dim_passengers') }} as passengers
inner join rhythm on passengers.passenger_id = rhythm.passenger_id
