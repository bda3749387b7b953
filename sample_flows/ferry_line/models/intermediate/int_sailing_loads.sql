select
    sailing_id,
    count(*) as bookings,
    sum(seats_sold) as seats_sold,
    sum(seats_taken) as seats_taken,
    sum(revenue_cents) as revenue_cents,
    sum(refunded_cents) as refunded_cents
from {{ ref('int_bookings_settled') }}
group by sailing_id
