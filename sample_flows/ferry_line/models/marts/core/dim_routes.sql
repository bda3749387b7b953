select
    route_id,
    route_code,
    from_port || ' - ' || to_port as route_name,
    island_served,
    nautical_miles,
    planned_minutes,
    {{ euros('adult_fare_cents') }} as adult_fare_eur
from {{ ref('int_routes_named') }}
