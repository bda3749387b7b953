select
    bookings.booking_id,
    bookings.sailing_id,
    bookings.passenger_id,
    sailings.route_id,
    sailings.sailed_on,
    bookings.booked_at,
    date_diff('day', cast(bookings.booked_at as date), sailings.sailed_on) as booked_days_ahead,
    bookings.fare_class,
    bookings.booking_status,
    bookings.seats_sold,
    {{ euros('bookings.revenue_cents') }} as revenue_eur,
    {{ euros('bookings.refunded_cents') }} as refunded_eur
from {{ ref('int_bookings_settled') }} as bookings
inner join {{ ref('stg_sailings') }} as sailings on bookings.sailing_id = sailings.sailing_id
