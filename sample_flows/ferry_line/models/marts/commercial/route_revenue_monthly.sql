select
    date_trunc('month', bookings.sailed_on) as month,
    routes.route_code,
    routes.route_name,
    count(*) as bookings,
    sum(bookings.seats_sold) as seats_sold,
    sum(bookings.revenue_eur) as revenue_eur,
    sum(bookings.refunded_eur) as refunded_eur
from {{ ref('fct_bookings') }} as bookings
inner join {{ ref('dim_routes') }} as routes on bookings.route_id = routes.route_id
group by all
