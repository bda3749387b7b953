select
    bookings.passenger_id,
    bookings.booking_id,
    sailings.route_id,
    sailings.sailed_on,
    bookings.fare_class,
    bookings.revenue_cents,
    row_number() over passenger_history as trip_number,
    date_diff('day', lag(sailings.sailed_on) over passenger_history, sailings.sailed_on) as days_since_last_trip
from {{ ref('int_bookings_settled') }} as bookings
inner join {{ ref('stg_sailings') }} as sailings on bookings.sailing_id = sailings.sailing_id
where bookings.booking_status = 'used'
window passenger_history as (
    partition by bookings.passenger_id order by sailings.planned_departure, bookings.booking_id
)
