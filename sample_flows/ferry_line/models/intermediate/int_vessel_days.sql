select
    sailings.vessel_id,
    sailings.sailed_on,
    count(*) filter (where not sailings.is_cancelled) as sailings_made,
    count(*) filter (where sailings.is_cancelled) as sailings_cancelled,
    coalesce(sum(routes.nautical_miles) filter (where not sailings.is_cancelled), 0) as nautical_miles,
    coalesce(sum(date_diff('minute', sailings.departed_at, sailings.arrived_at)), 0) as minutes_under_way
from {{ ref('int_sailings_timed') }} as sailings
inner join {{ ref('stg_routes') }} as routes on sailings.route_id = routes.route_id
group by sailings.vessel_id, sailings.sailed_on
