-- A refund frees its seats: what is left must fit the boat.
select sailing_id, seats_sold, seats_offered
from {{ ref('fct_sailings') }}
where seats_sold > seats_offered
