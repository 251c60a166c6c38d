# The rules of benches/ten_rules.gate. A rule is listed if its condition is not true, so that what is missing fails.
package ten

import rego.v1

percent(text) := to_number(trim_suffix(text, "%"))

adopted if percent(input.adoption) >= 40

satisfied if input.satisfaction >= 3.5

pilot_size if {
	input.users.active >= 2
	input.users.active <= 5
}

reachable if percent(input.uptime) >= 99

reliable if percent(input.error_rate) <= 2

heard if {
	input.feedback.channel == true
	input.feedback.reports <= 10
}

no_big_issue if input.issues.big == 0

no_incident if count(input.incidents) == 0

enough_outputs if count(input.outputs) >= 20

light if {
	light_outputs := [output | some output in input.outputs; percent(output.edit_time) < 15]
	count(light_outputs) / count(input.outputs) >= 0.8
}

failed contains "adopted" if not adopted

failed contains "satisfied" if not satisfied

failed contains "pilot_size" if not pilot_size

failed contains "reachable" if not reachable

failed contains "reliable" if not reliable

failed contains "heard" if not heard

failed contains "no_big_issue" if not no_big_issue

failed contains "no_incident" if not no_incident

failed contains "enough_outputs" if not enough_outputs

failed contains "light" if not light
