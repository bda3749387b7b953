select
    fare_class,
    count(*) as bookings,
    median(booked_days_ahead) as median_days_ahead,
    quantile_cont(booked_days_ahead, 0.9) as p90_days_ahead
from {{ ref('fct_bookings') }}
group by fare_class
