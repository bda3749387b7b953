-- What a ticket is worth in the end: a refund takes both the money and the seats back, a no-show only leaves the seats empty.
select
    booking_id,
    sailing_id,
    passenger_id,
    booked_at,
    fare_class,
    booking_status,
    case when booking_status = 'refunded' then 0 else seats end as seats_sold,
    case when booking_status = 'used' then seats else 0 end as seats_taken,
    case when booking_status = 'refunded' then 0 else price_cents end as revenue_cents,
    case when booking_status = 'refunded' then price_cents else 0 end as refunded_cents
from {{ ref('stg_bookings') }}
