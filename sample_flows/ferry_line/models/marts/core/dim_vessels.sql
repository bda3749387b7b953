select
    vessel_id,
    vessel_name,
    seats,
    built_in,
    vessel_status,
    dbt_valid_from as known_since
from {{ ref('vessels_history') }}
where dbt_valid_to is null
