-- The monthly mart and the fact table must tell the same total, to the cent.
with monthly as (
    select sum(revenue_eur) as total from {{ ref('route_revenue_monthly') }}
),

facts as (
    select sum(revenue_eur) as total from {{ ref('fct_bookings') }}
)

select monthly.total as monthly_total, facts.total as facts_total
from monthly
cross join facts
where monthly.total <> facts.total
