-- The harbour master wants to hear of it when too many sailings fall out.
select cancelled, sailings
from (
    select
        count(*) filter (where punctuality = 'cancelled') as cancelled,
        count(*) as sailings
    from {{ ref('fct_sailings') }}
)
where cancelled > sailings * {{ var('tolerated_cancellations') }}
