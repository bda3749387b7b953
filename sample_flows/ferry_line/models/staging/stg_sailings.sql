select
    sailing_id,
    route_id,
    vessel_id,
    planned_departure,
    cast(planned_departure as date) as sailed_on,
    departed_at,
    arrived_at,
    status = 'cancelled' as is_cancelled
from {{ ref('raw_sailings') }}
