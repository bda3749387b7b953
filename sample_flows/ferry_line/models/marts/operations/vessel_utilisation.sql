with seats as (
    select
        vessel_id,
        sum(seats_offered) as seats_offered,
        sum(seats_taken) as seats_taken
    from {{ ref('fct_sailings') }}
    where punctuality <> 'cancelled'
    group by vessel_id
),

days as (
    select
        vessel_id,
        count(*) as days_in_service,
        sum(nautical_miles) as nautical_miles,
        round(sum(minutes_under_way) / 60.0, 1) as hours_under_way
    from {{ ref('int_vessel_days') }}
    where sailings_made > 0
    group by vessel_id
)

select
    vessels.vessel_id,
    vessels.vessel_name,
    days.days_in_service,
    days.nautical_miles,
    days.hours_under_way,
    round(seats.seats_taken / seats.seats_offered, 3) as load_factor
from {{ ref('dim_vessels') }} as vessels
inner join days on vessels.vessel_id = days.vessel_id
inner join seats on vessels.vessel_id = seats.vessel_id
