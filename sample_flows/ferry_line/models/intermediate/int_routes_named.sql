select
    routes.route_id,
    routes.route_code,
    origin.port_name as from_port,
    destination.port_name as to_port,
    coalesce(nullif(destination.island, 'mainland'), origin.island) as island_served,
    routes.nautical_miles,
    routes.planned_minutes,
    routes.adult_fare_cents
from {{ ref('stg_routes') }} as routes
inner join {{ ref('stg_ports') }} as origin on routes.from_port_id = origin.port_id
inner join {{ ref('stg_ports') }} as destination on routes.to_port_id = destination.port_id
