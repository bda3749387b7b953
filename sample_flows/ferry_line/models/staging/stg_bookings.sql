-- depends_on: {{ ref('raw_bookings') }}
-- The seed fills the source's table: the line above makes a build from nothing wait for it.
select
    booking_id,
    sailing_id,
    passenger_id,
    booked_at,
    fare_class,
    seats,
    price_cents,
    status as booking_status,
    loaded_at
from {{ source('booking_office', 'bookings') }}
