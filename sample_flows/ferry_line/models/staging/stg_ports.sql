select
    port_id,
    name as port_name,
    island,
    island = 'mainland' as is_mainland,
    opened_on
from {{ ref('raw_ports') }}
