select
    port_id,
    port_name,
    island,
    is_mainland,
    opened_on
from {{ ref('stg_ports') }}
