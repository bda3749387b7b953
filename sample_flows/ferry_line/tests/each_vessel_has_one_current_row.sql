select vessel_id, count(*) as current_rows
from {{ ref('vessels_history') }}
where dbt_valid_to is null
group by vessel_id
having count(*) <> 1
