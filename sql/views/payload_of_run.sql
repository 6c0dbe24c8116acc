-- payload_of_run: one row per payload that a run used.
-- reads: run_payload
-- params: run_id
-- grain: payload_id
select payload_id from run_payload where run_id = $run_id order by payload_id
