select
    route_id,
    code as route_code,
    from_port_id,
    to_port_id,
    nautical_miles,
    planned_minutes,
    adult_fare_cents
from {{ ref('raw_routes') }}
