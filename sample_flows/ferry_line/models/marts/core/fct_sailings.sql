{{
    config(
        materialized='incremental',
        unique_key='sailing_id',
        incremental_strategy='delete+insert',
        on_schema_change='append_new_columns',
    )
}}

select
    sailings.sailing_id,
    sailings.route_id,
    sailings.vessel_id,
    sailings.sailed_on,
    sailings.planned_departure,
    sailings.departed_at,
    sailings.arrived_at,
    sailings.punctuality,
    sailings.arrival_delay_minutes,
    vessels.seats as seats_offered,
    coalesce(loads.seats_sold, 0) as seats_sold,
    coalesce(loads.seats_taken, 0) as seats_taken,
    {{ euros('coalesce(loads.revenue_cents, 0)') }} as revenue_eur
from {{ ref('int_sailings_timed') }} as sailings
inner join {{ ref('stg_vessels') }} as vessels on sailings.vessel_id = vessels.vessel_id
left join {{ ref('int_sailing_loads') }} as loads on sailings.sailing_id = loads.sailing_id
{% if is_incremental() %}
-- The harbour office corrects its log for a few days: what is older stays as it was.
where sailings.sailed_on >= (
    select max(sailed_on) - interval '{{ var("late_arrivals_days") }} days' from {{ this }}
)
{% endif %}
