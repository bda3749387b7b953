with timed as (
    select
        sailings.*,
        routes.planned_minutes,
        date_diff('minute', sailings.planned_departure, sailings.departed_at) as departure_delay_minutes,
        date_diff('minute', sailings.planned_departure, sailings.arrived_at)
            - routes.planned_minutes as arrival_delay_minutes
    from {{ ref('stg_sailings') }} as sailings
    inner join {{ ref('stg_routes') }} as routes on sailings.route_id = routes.route_id
)

select
    sailing_id,
    route_id,
    vessel_id,
    sailed_on,
    planned_departure,
    departed_at,
    arrived_at,
    is_cancelled,
    departure_delay_minutes,
    arrival_delay_minutes,
    case
        when is_cancelled then 'cancelled'
        when arrival_delay_minutes <= {{ var('on_time_minutes') }} then 'on time'
        else 'late'
    end as punctuality
from timed
