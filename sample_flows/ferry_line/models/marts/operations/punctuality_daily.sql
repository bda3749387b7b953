select
    sailings.sailed_on,
    routes.island_served,
    count(*) as sailings,
    count(*) filter (where sailings.punctuality = 'on time') as on_time,
    count(*) filter (where sailings.punctuality = 'late') as late,
    count(*) filter (where sailings.punctuality = 'cancelled') as cancelled,
    round(avg(sailings.arrival_delay_minutes), 1) as average_delay_minutes
from {{ ref('fct_sailings') }} as sailings
inner join {{ ref('int_routes_named') }} as routes on sailings.route_id = routes.route_id
group by sailings.sailed_on, routes.island_served
