select
    vessel_id,
    name as vessel_name,
    seats,
    built_in,
    status as vessel_status,
    updated_at
from {{ ref('raw_vessels') }}
