select
    routes.island_served,
    bookings.fare_class,
    count(*) as bookings,
    sum(bookings.revenue_eur) as revenue_eur,
    round(sum(bookings.revenue_eur) / sum(sum(bookings.revenue_eur)) over (partition by routes.island_served), 3)
        as share_of_island
from {{ ref('fct_bookings') }} as bookings
inner join {{ ref('dim_routes') }} as routes on bookings.route_id = routes.route_id
group by routes.island_served, bookings.fare_class
