# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_tollgate_global_optspecs
    string join \n h/help V/version
end

function __fish_tollgate_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_tollgate_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_tollgate_using_subcommand
    set -l cmd (__fish_tollgate_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c tollgate -n "__fish_tollgate_needs_command" -s h -l help -d 'Print help'
complete -c tollgate -n "__fish_tollgate_needs_command" -s V -l version -d 'Print version'
complete -c tollgate -n "__fish_tollgate_needs_command" -f -a "init" -d 'Write a configuration, a policy of your own with its tests, and a first snapshot'
complete -c tollgate -n "__fish_tollgate_needs_command" -f -a "new" -d 'Write the next file for you to fill in'
complete -c tollgate -n "__fish_tollgate_needs_command" -f -a "collect" -d 'Collect the next snapshot from eval runs, metrics, surveys and databases'
complete -c tollgate -n "__fish_tollgate_needs_command" -f -a "check" -d 'Judge which workflows may go on, and show why the others may not'
complete -c tollgate -n "__fish_tollgate_needs_command" -f -a "test" -d 'Run the tests of policies'
complete -c tollgate -n "__fish_tollgate_needs_command" -f -a "history" -d 'Show how each snapshot would have been judged on its own day'
complete -c tollgate -n "__fish_tollgate_needs_command" -f -a "impact" -d 'Show which verdicts a change of policies flips'
complete -c tollgate -n "__fish_tollgate_needs_command" -f -a "report" -d 'Write a page that shows where every rollout stands, and why'
complete -c tollgate -n "__fish_tollgate_needs_command" -f -a "sweep" -d 'Show what other values of a param would have decided, over all history'
complete -c tollgate -n "__fish_tollgate_needs_command" -f -a "plan" -d 'Show what the next gate can tell, and how many samples that takes'
complete -c tollgate -n "__fish_tollgate_needs_command" -f -a "explain" -d 'Explain a code, a rule, a gate, a stage, a field, a param, a let or a policy'
complete -c tollgate -n "__fish_tollgate_needs_command" -f -a "params" -d 'List every param: its value, its range, and who set it'
complete -c tollgate -n "__fish_tollgate_needs_command" -f -a "rules" -d 'List every rule: its effect, who set it, and who waived it'
complete -c tollgate -n "__fish_tollgate_needs_command" -f -a "lint" -d 'Find what is allowed in policies and probably a mistake'
complete -c tollgate -n "__fish_tollgate_needs_command" -f -a "fmt" -d 'Format policies and their tests'
complete -c tollgate -n "__fish_tollgate_needs_command" -f -a "lsp" -d 'Answer an editor: diagnostics, completion, hovers and all else, over standard input and output'
complete -c tollgate -n "__fish_tollgate_needs_command" -f -a "schema" -d 'Print a JSON Schema, for editors'
complete -c tollgate -n "__fish_tollgate_needs_command" -f -a "docs" -d 'Print the policies in force as Markdown, for people'
complete -c tollgate -n "__fish_tollgate_needs_command" -f -a "completions" -d 'Print completions for a shell'
complete -c tollgate -n "__fish_tollgate_needs_command" -f -a "man" -d 'Print the manual page, or write the pages of all commands into a folder'
complete -c tollgate -n "__fish_tollgate_needs_command" -f -a "verify" -d 'Check that a recorded verdict still matches its files'
complete -c tollgate -n "__fish_tollgate_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c tollgate -n "__fish_tollgate_using_subcommand init" -l workflow -d 'The name of the workflow; without it, the name of the folder' -r
complete -c tollgate -n "__fish_tollgate_using_subcommand init" -l for -d 'What you roll out: the policies and the first snapshot are about that' -r -f -a "ai-rollout\t'An AI workflow for people, judged by the shipped policies and one of your own'
llm-eval\t'A model, prompt or agent, judged by its evaluation'
service-canary\t'A new version of a service, compared with the old one'"
complete -c tollgate -n "__fish_tollgate_using_subcommand init" -l date -d 'The day of the first snapshot, such as 2026-11-02, instead of today' -r
complete -c tollgate -n "__fish_tollgate_using_subcommand init" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tollgate -n "__fish_tollgate_using_subcommand new; and not __fish_seen_subcommand_from snapshot help" -s h -l help -d 'Print help'
complete -c tollgate -n "__fish_tollgate_using_subcommand new; and not __fish_seen_subcommand_from snapshot help" -f -a "snapshot" -d 'Write the next snapshot of a workflow, with every field that it can record and no values'
complete -c tollgate -n "__fish_tollgate_using_subcommand new; and not __fish_seen_subcommand_from snapshot help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c tollgate -n "__fish_tollgate_using_subcommand new; and __fish_seen_subcommand_from snapshot" -l workflow -d 'The name of the workflow' -r
complete -c tollgate -n "__fish_tollgate_using_subcommand new; and __fish_seen_subcommand_from snapshot" -l date -d 'The day, such as 2026-11-02, or the time, such as 2026-11-02T14:05Z, if snapshots have times. Without it: the last one\'s day plus the cadence, but never later than now' -r
complete -c tollgate -n "__fish_tollgate_using_subcommand new; and __fish_seen_subcommand_from snapshot" -l color -d 'Use colours; `auto` uses them on a terminal that can show them, unless `NO_COLOR` is set' -r -f -a "auto\t''
always\t''
never\t''"
complete -c tollgate -n "__fish_tollgate_using_subcommand new; and __fish_seen_subcommand_from snapshot" -l allow-outside -d 'Allow configurations to name files outside the repository'
complete -c tollgate -n "__fish_tollgate_using_subcommand new; and __fish_seen_subcommand_from snapshot" -l narrate -d 'Write sentences for a screen reader: no frames, columns or marks'
complete -c tollgate -n "__fish_tollgate_using_subcommand new; and __fish_seen_subcommand_from snapshot" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tollgate -n "__fish_tollgate_using_subcommand new; and __fish_seen_subcommand_from help" -f -a "snapshot" -d 'Write the next snapshot of a workflow, with every field that it can record and no values'
complete -c tollgate -n "__fish_tollgate_using_subcommand new; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c tollgate -n "__fish_tollgate_using_subcommand collect" -l workflow -d 'Collect for these workflows only; you can give several' -r
complete -c tollgate -n "__fish_tollgate_using_subcommand collect" -l date -d 'The day of the snapshot, such as 2026-11-27, or its time. Without it: with `--check` the newest snapshot; else the last day up to today on which one was due' -r
complete -c tollgate -n "__fish_tollgate_using_subcommand collect" -l force -d 'Overwrite this field although it was written or edited by hand; you can give several' -r
complete -c tollgate -n "__fish_tollgate_using_subcommand collect" -l record -d 'Keep the answers of servers, databases and jq in this folder' -r -F
complete -c tollgate -n "__fish_tollgate_using_subcommand collect" -l replay -d 'Take the answers from this folder, and ask nobody' -r -F
complete -c tollgate -n "__fish_tollgate_using_subcommand collect" -l color -d 'Use colours; `auto` uses them on a terminal that can show them, unless `NO_COLOR` is set' -r -f -a "auto\t''
always\t''
never\t''"
complete -c tollgate -n "__fish_tollgate_using_subcommand collect" -l allow-outside -d 'Allow configurations to name files outside the repository'
complete -c tollgate -n "__fish_tollgate_using_subcommand collect" -l write -d 'Write the snapshot'
complete -c tollgate -n "__fish_tollgate_using_subcommand collect" -l check -d 'Fail if the snapshot is not what the sources give'
complete -c tollgate -n "__fish_tollgate_using_subcommand collect" -l network -d 'Ask the servers that the plans name'
complete -c tollgate -n "__fish_tollgate_using_subcommand collect" -l narrate -d 'Write sentences for a screen reader: no frames, columns or marks'
complete -c tollgate -n "__fish_tollgate_using_subcommand collect" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tollgate -n "__fish_tollgate_using_subcommand check" -l format -d 'The format of the report, and a file for it: `sarif=tollgate.sarif`; you can give several' -r -f -a "human\t''
json\t''
sarif\t''
junit\t''
github\t''
gitlab\t''
markdown\t''
tap\t''
html\t''"
complete -c tollgate -n "__fish_tollgate_using_subcommand check" -l record -d 'Record in this file what was decided, with a digest of every file that was read; `tollgate verify` checks it' -r -F
complete -c tollgate -n "__fish_tollgate_using_subcommand check" -l base -d 'Judge by the policies of this commit, such as `origin/main`, and show how the pull request changes them' -r
complete -c tollgate -n "__fish_tollgate_using_subcommand check" -l as-of -d 'Judge as of this day, such as 2026-11-02, or this time, such as 2026-11-02T14:05Z, instead of now' -r
complete -c tollgate -n "__fish_tollgate_using_subcommand check" -l workflow -d 'Judge only this workflow; you can give several' -r
complete -c tollgate -n "__fish_tollgate_using_subcommand check" -l deny -d 'Fail on this, too; `looser` and `rewritten` are about what a pull request changes; you can give several' -r -f -a "warnings\t'Every warning'
looser\t'Settings that are looser than in the base, or may be'
rewritten\t'Snapshots of the base that the pull request changed'"
complete -c tollgate -n "__fish_tollgate_using_subcommand check" -l only -d 'Show only the reports of these workflows' -r -f -a "failed\t'Those that may not go on'"
complete -c tollgate -n "__fish_tollgate_using_subcommand check" -l source-url -d 'Link files of the repository to this address, such as `https://example.com/blob/main/{file}#L{line}`' -r
complete -c tollgate -n "__fish_tollgate_using_subcommand check" -l redact -d 'Leave out names, for a page that others can see: `owners`, `keys` of list elements, or both' -r -f -a "owners\t'Who answers for workflows and waivers'
keys\t'The texts of list elements, such as names of users'"
complete -c tollgate -n "__fish_tollgate_using_subcommand check" -l color -d 'Use colours; `auto` uses them on a terminal that can show them, unless `NO_COLOR` is set' -r -f -a "auto\t''
always\t''
never\t''"
complete -c tollgate -n "__fish_tollgate_using_subcommand check" -l allow-outside -d 'Allow configurations to name files outside the repository'
complete -c tollgate -n "__fish_tollgate_using_subcommand check" -l allow-self-approval -d 'Also pass workflows that pass only under the rules that this pull request loosens'
complete -c tollgate -n "__fish_tollgate_using_subcommand check" -l all -d 'Also fail on workflows that this change neither touches nor makes worse'
complete -c tollgate -n "__fish_tollgate_using_subcommand check" -l gate -d 'List what the next gate asks of each workflow: what is met, what is not, and what to record where; `human` or `json`'
complete -c tollgate -n "__fish_tollgate_using_subcommand check" -s q -l quiet -d 'Show one line for each workflow that may not go on, and nothing else'
complete -c tollgate -n "__fish_tollgate_using_subcommand check" -l full -d 'Show every report, however many there are'
complete -c tollgate -n "__fish_tollgate_using_subcommand check" -l narrate -d 'Write sentences for a screen reader: no frames, columns or marks'
complete -c tollgate -n "__fish_tollgate_using_subcommand check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tollgate -n "__fish_tollgate_using_subcommand test" -l filter -d 'Run only tests with this text in their title, or in the name of a rule that they expect an outcome of' -r
complete -c tollgate -n "__fish_tollgate_using_subcommand test" -l min -d 'With `--coverage`: fail below this share, such as 90%' -r
complete -c tollgate -n "__fish_tollgate_using_subcommand test" -l format -d 'The format of the result, and a file for it: `junit=tests.xml`; you can give several' -r -f -a "human\t''
json\t''
junit\t''"
complete -c tollgate -n "__fish_tollgate_using_subcommand test" -l color -d 'Use colours; `auto` uses them on a terminal that can show them, unless `NO_COLOR` is set' -r -f -a "auto\t''
always\t''
never\t''"
complete -c tollgate -n "__fish_tollgate_using_subcommand test" -l coverage -d 'Show which outcomes and conditions of rules the tests have seen'
complete -c tollgate -n "__fish_tollgate_using_subcommand test" -l mutate -d 'Make small mistakes in the policies, and show those that no test notices'
complete -c tollgate -n "__fish_tollgate_using_subcommand test" -l write -d 'With `--mutate`: add the missing tests to the `.test.gate` file beside each policy'
complete -c tollgate -n "__fish_tollgate_using_subcommand test" -l allow-outside -d 'Allow configurations to name files outside the repository'
complete -c tollgate -n "__fish_tollgate_using_subcommand test" -l narrate -d 'Write sentences for a screen reader: no frames, columns or marks'
complete -c tollgate -n "__fish_tollgate_using_subcommand test" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tollgate -n "__fish_tollgate_using_subcommand history" -l format -d 'The format of the result' -r -f -a "human\t'For people'
json\t'For programs'"
complete -c tollgate -n "__fish_tollgate_using_subcommand history" -l as-of -d 'Ignore everything after this day, such as 2026-11-02, or this time, such as 2026-11-02T14:05Z' -r
complete -c tollgate -n "__fish_tollgate_using_subcommand history" -l workflow -d 'Show only this workflow; you can give several' -r
complete -c tollgate -n "__fish_tollgate_using_subcommand history" -l color -d 'Use colours; `auto` uses them on a terminal that can show them, unless `NO_COLOR` is set' -r -f -a "auto\t''
always\t''
never\t''"
complete -c tollgate -n "__fish_tollgate_using_subcommand history" -l allow-outside -d 'Allow configurations to name files outside the repository'
complete -c tollgate -n "__fish_tollgate_using_subcommand history" -l full -d 'Show each snapshot, even if several in a row came out the same'
complete -c tollgate -n "__fish_tollgate_using_subcommand history" -l narrate -d 'Write sentences for a screen reader: no frames, columns or marks'
complete -c tollgate -n "__fish_tollgate_using_subcommand history" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tollgate -n "__fish_tollgate_using_subcommand impact" -l base -d 'The commit with the old policies, such as `origin/main`; without it you see the effect of what is not committed yet' -r
complete -c tollgate -n "__fish_tollgate_using_subcommand impact" -l format -d 'The format of the result' -r -f -a "human\t'For people'
json\t'For programs'
markdown\t'For a pull request'"
complete -c tollgate -n "__fish_tollgate_using_subcommand impact" -l as-of -d 'Ignore everything after this day, such as 2026-11-02, or this time, such as 2026-11-02T14:05Z' -r
complete -c tollgate -n "__fish_tollgate_using_subcommand impact" -l workflow -d 'Judge only this workflow; you can give several' -r
complete -c tollgate -n "__fish_tollgate_using_subcommand impact" -l color -d 'Use colours; `auto` uses them on a terminal that can show them, unless `NO_COLOR` is set' -r -f -a "auto\t''
always\t''
never\t''"
complete -c tollgate -n "__fish_tollgate_using_subcommand impact" -l allow-outside -d 'Allow configurations to name files outside the repository'
complete -c tollgate -n "__fish_tollgate_using_subcommand impact" -l full -d 'Show every flip, however many there are'
complete -c tollgate -n "__fish_tollgate_using_subcommand impact" -l narrate -d 'Write sentences for a screen reader: no frames, columns or marks'
complete -c tollgate -n "__fish_tollgate_using_subcommand impact" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tollgate -n "__fish_tollgate_using_subcommand report" -l out -d 'The page\'s file, such as `report.html`; any other name is a folder for an index and a page for each workflow' -r -F
complete -c tollgate -n "__fish_tollgate_using_subcommand report" -l as-of -d 'Ignore everything after this day, such as 2026-11-02, or this time, such as 2026-11-02T14:05Z' -r
complete -c tollgate -n "__fish_tollgate_using_subcommand report" -l base -d 'Also show what has changed since this commit, such as `origin/main`' -r
complete -c tollgate -n "__fish_tollgate_using_subcommand report" -l sweep -d 'Also show what other values of this param would have decided, such as `quality.floor=60%..95%`; you can give several' -r
complete -c tollgate -n "__fish_tollgate_using_subcommand report" -l source-url -d 'Link files of the repository to this address, such as `https://example.com/blob/main/{file}#L{line}`' -r
complete -c tollgate -n "__fish_tollgate_using_subcommand report" -l redact -d 'Leave out names, for a page that others can see: `owners`, `keys` of list elements, or both' -r -f -a "owners\t'Who answers for workflows and waivers'
keys\t'The texts of list elements, such as names of users'"
complete -c tollgate -n "__fish_tollgate_using_subcommand report" -l workflow -d 'Show only this workflow; you can give several' -r
complete -c tollgate -n "__fish_tollgate_using_subcommand report" -l color -d 'Use colours; `auto` uses them on a terminal that can show them, unless `NO_COLOR` is set' -r -f -a "auto\t''
always\t''
never\t''"
complete -c tollgate -n "__fish_tollgate_using_subcommand report" -l allow-outside -d 'Allow configurations to name files outside the repository'
complete -c tollgate -n "__fish_tollgate_using_subcommand report" -l narrate -d 'Write sentences for a screen reader: no frames, columns or marks'
complete -c tollgate -n "__fish_tollgate_using_subcommand report" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tollgate -n "__fish_tollgate_using_subcommand sweep" -l format -d 'The format of the result' -r -f -a "human\t'For people'
json\t'For programs'"
complete -c tollgate -n "__fish_tollgate_using_subcommand sweep" -l as-of -d 'Ignore everything after this day, such as 2026-11-02, or this time, such as 2026-11-02T14:05Z' -r
complete -c tollgate -n "__fish_tollgate_using_subcommand sweep" -l workflow -d 'Judge only this workflow; you can give several' -r
complete -c tollgate -n "__fish_tollgate_using_subcommand sweep" -l color -d 'Use colours; `auto` uses them on a terminal that can show them, unless `NO_COLOR` is set' -r -f -a "auto\t''
always\t''
never\t''"
complete -c tollgate -n "__fish_tollgate_using_subcommand sweep" -l allow-outside -d 'Allow configurations to name files outside the repository'
complete -c tollgate -n "__fish_tollgate_using_subcommand sweep" -l full -d 'Show every snapshot whose decision changes'
complete -c tollgate -n "__fish_tollgate_using_subcommand sweep" -l narrate -d 'Write sentences for a screen reader: no frames, columns or marks'
complete -c tollgate -n "__fish_tollgate_using_subcommand sweep" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tollgate -n "__fish_tollgate_using_subcommand plan" -l if -d 'The share that is assumed: of samples that are as a rule wants them. Without it, half way between the threshold of a rule and all samples' -r
complete -c tollgate -n "__fish_tollgate_using_subcommand plan" -l workflow -d 'Plan for this workflow; you can give several' -r
complete -c tollgate -n "__fish_tollgate_using_subcommand plan" -l format -d 'The format of the result' -r -f -a "human\t'For people'
json\t'For programs'"
complete -c tollgate -n "__fish_tollgate_using_subcommand plan" -l as-of -d 'Ignore everything after this day, such as 2026-11-02, or this time, such as 2026-11-02T14:05Z' -r
complete -c tollgate -n "__fish_tollgate_using_subcommand plan" -l color -d 'Use colours; `auto` uses them on a terminal that can show them, unless `NO_COLOR` is set' -r -f -a "auto\t''
always\t''
never\t''"
complete -c tollgate -n "__fish_tollgate_using_subcommand plan" -l allow-outside -d 'Allow configurations to name files outside the repository'
complete -c tollgate -n "__fish_tollgate_using_subcommand plan" -l narrate -d 'Write sentences for a screen reader: no frames, columns or marks'
complete -c tollgate -n "__fish_tollgate_using_subcommand plan" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tollgate -n "__fish_tollgate_using_subcommand explain" -l as-of -d 'Ignore everything after this day, such as 2026-11-02, or this time, such as 2026-11-02T14:05Z' -r
complete -c tollgate -n "__fish_tollgate_using_subcommand explain" -l color -d 'Use colours; `auto` uses them on a terminal that can show them, unless `NO_COLOR` is set' -r -f -a "auto\t''
always\t''
never\t''"
complete -c tollgate -n "__fish_tollgate_using_subcommand explain" -l allow-outside -d 'Allow configurations to name files outside the repository'
complete -c tollgate -n "__fish_tollgate_using_subcommand explain" -l narrate -d 'Write sentences for a screen reader: no frames, columns or marks'
complete -c tollgate -n "__fish_tollgate_using_subcommand explain" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tollgate -n "__fish_tollgate_using_subcommand params" -l workflow -d 'Show what is in force for this workflow' -r
complete -c tollgate -n "__fish_tollgate_using_subcommand params" -l format -d 'The format of the list' -r -f -a "human\t'For people'
json\t'For programs'"
complete -c tollgate -n "__fish_tollgate_using_subcommand params" -l as-of -d 'Show the waivers of this day, such as 2026-11-02, instead of today' -r
complete -c tollgate -n "__fish_tollgate_using_subcommand params" -l color -d 'Use colours; `auto` uses them on a terminal that can show them, unless `NO_COLOR` is set' -r -f -a "auto\t''
always\t''
never\t''"
complete -c tollgate -n "__fish_tollgate_using_subcommand params" -l allow-outside -d 'Allow configurations to name files outside the repository'
complete -c tollgate -n "__fish_tollgate_using_subcommand params" -l narrate -d 'Write sentences for a screen reader: no frames, columns or marks'
complete -c tollgate -n "__fish_tollgate_using_subcommand params" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tollgate -n "__fish_tollgate_using_subcommand rules" -l workflow -d 'Show what is in force for this workflow' -r
complete -c tollgate -n "__fish_tollgate_using_subcommand rules" -l format -d 'The format of the list' -r -f -a "human\t'For people'
json\t'For programs'"
complete -c tollgate -n "__fish_tollgate_using_subcommand rules" -l as-of -d 'Show the waivers of this day, such as 2026-11-02, instead of today' -r
complete -c tollgate -n "__fish_tollgate_using_subcommand rules" -l color -d 'Use colours; `auto` uses them on a terminal that can show them, unless `NO_COLOR` is set' -r -f -a "auto\t''
always\t''
never\t''"
complete -c tollgate -n "__fish_tollgate_using_subcommand rules" -l allow-outside -d 'Allow configurations to name files outside the repository'
complete -c tollgate -n "__fish_tollgate_using_subcommand rules" -l narrate -d 'Write sentences for a screen reader: no frames, columns or marks'
complete -c tollgate -n "__fish_tollgate_using_subcommand rules" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tollgate -n "__fish_tollgate_using_subcommand lint" -l allow -d 'Switch a lint off, by code or name: `T709`, `bare_number`; you can give several' -r
complete -c tollgate -n "__fish_tollgate_using_subcommand lint" -l format -d 'The format of the result' -r -f -a "human\t'For people'
json\t'For programs'"
complete -c tollgate -n "__fish_tollgate_using_subcommand lint" -l color -d 'Use colours; `auto` uses them on a terminal that can show them, unless `NO_COLOR` is set' -r -f -a "auto\t''
always\t''
never\t''"
complete -c tollgate -n "__fish_tollgate_using_subcommand lint" -l allow-outside -d 'Allow configurations to name files outside the repository'
complete -c tollgate -n "__fish_tollgate_using_subcommand lint" -l narrate -d 'Write sentences for a screen reader: no frames, columns or marks'
complete -c tollgate -n "__fish_tollgate_using_subcommand lint" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tollgate -n "__fish_tollgate_using_subcommand fmt" -l color -d 'Use colours; `auto` uses them on a terminal that can show them, unless `NO_COLOR` is set' -r -f -a "auto\t''
always\t''
never\t''"
complete -c tollgate -n "__fish_tollgate_using_subcommand fmt" -l check -d 'Write nothing; list the files that would change, with the first line that would'
complete -c tollgate -n "__fish_tollgate_using_subcommand fmt" -l fix -d 'Also replace what language 0.2 refuses of 0.1, if the error shows clearly what was meant'
complete -c tollgate -n "__fish_tollgate_using_subcommand fmt" -l narrate -d 'Write sentences for a screen reader: no frames, columns or marks'
complete -c tollgate -n "__fish_tollgate_using_subcommand fmt" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tollgate -n "__fish_tollgate_using_subcommand lsp" -l stdio -d 'Speak over standard input and output; the server always does, and some editors ask for it'
complete -c tollgate -n "__fish_tollgate_using_subcommand lsp" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tollgate -n "__fish_tollgate_using_subcommand schema" -l color -d 'Use colours; `auto` uses them on a terminal that can show them, unless `NO_COLOR` is set' -r -f -a "auto\t''
always\t''
never\t''"
complete -c tollgate -n "__fish_tollgate_using_subcommand schema" -l allow-outside -d 'Allow configurations to name files outside the repository'
complete -c tollgate -n "__fish_tollgate_using_subcommand schema" -l narrate -d 'Write sentences for a screen reader: no frames, columns or marks'
complete -c tollgate -n "__fish_tollgate_using_subcommand schema" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tollgate -n "__fish_tollgate_using_subcommand docs" -l color -d 'Use colours; `auto` uses them on a terminal that can show them, unless `NO_COLOR` is set' -r -f -a "auto\t''
always\t''
never\t''"
complete -c tollgate -n "__fish_tollgate_using_subcommand docs" -l allow-outside -d 'Allow configurations to name files outside the repository'
complete -c tollgate -n "__fish_tollgate_using_subcommand docs" -l narrate -d 'Write sentences for a screen reader: no frames, columns or marks'
complete -c tollgate -n "__fish_tollgate_using_subcommand docs" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tollgate -n "__fish_tollgate_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tollgate -n "__fish_tollgate_using_subcommand man" -s h -l help -d 'Print help'
complete -c tollgate -n "__fish_tollgate_using_subcommand verify" -l allow-outside -d 'Allow configurations to name files outside the repository'
complete -c tollgate -n "__fish_tollgate_using_subcommand verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tollgate -n "__fish_tollgate_using_subcommand help; and not __fish_seen_subcommand_from init new collect check test history impact report sweep plan explain params rules lint fmt lsp schema docs completions man verify help" -f -a "init" -d 'Write a configuration, a policy of your own with its tests, and a first snapshot'
complete -c tollgate -n "__fish_tollgate_using_subcommand help; and not __fish_seen_subcommand_from init new collect check test history impact report sweep plan explain params rules lint fmt lsp schema docs completions man verify help" -f -a "new" -d 'Write the next file for you to fill in'
complete -c tollgate -n "__fish_tollgate_using_subcommand help; and not __fish_seen_subcommand_from init new collect check test history impact report sweep plan explain params rules lint fmt lsp schema docs completions man verify help" -f -a "collect" -d 'Collect the next snapshot from eval runs, metrics, surveys and databases'
complete -c tollgate -n "__fish_tollgate_using_subcommand help; and not __fish_seen_subcommand_from init new collect check test history impact report sweep plan explain params rules lint fmt lsp schema docs completions man verify help" -f -a "check" -d 'Judge which workflows may go on, and show why the others may not'
complete -c tollgate -n "__fish_tollgate_using_subcommand help; and not __fish_seen_subcommand_from init new collect check test history impact report sweep plan explain params rules lint fmt lsp schema docs completions man verify help" -f -a "test" -d 'Run the tests of policies'
complete -c tollgate -n "__fish_tollgate_using_subcommand help; and not __fish_seen_subcommand_from init new collect check test history impact report sweep plan explain params rules lint fmt lsp schema docs completions man verify help" -f -a "history" -d 'Show how each snapshot would have been judged on its own day'
complete -c tollgate -n "__fish_tollgate_using_subcommand help; and not __fish_seen_subcommand_from init new collect check test history impact report sweep plan explain params rules lint fmt lsp schema docs completions man verify help" -f -a "impact" -d 'Show which verdicts a change of policies flips'
complete -c tollgate -n "__fish_tollgate_using_subcommand help; and not __fish_seen_subcommand_from init new collect check test history impact report sweep plan explain params rules lint fmt lsp schema docs completions man verify help" -f -a "report" -d 'Write a page that shows where every rollout stands, and why'
complete -c tollgate -n "__fish_tollgate_using_subcommand help; and not __fish_seen_subcommand_from init new collect check test history impact report sweep plan explain params rules lint fmt lsp schema docs completions man verify help" -f -a "sweep" -d 'Show what other values of a param would have decided, over all history'
complete -c tollgate -n "__fish_tollgate_using_subcommand help; and not __fish_seen_subcommand_from init new collect check test history impact report sweep plan explain params rules lint fmt lsp schema docs completions man verify help" -f -a "plan" -d 'Show what the next gate can tell, and how many samples that takes'
complete -c tollgate -n "__fish_tollgate_using_subcommand help; and not __fish_seen_subcommand_from init new collect check test history impact report sweep plan explain params rules lint fmt lsp schema docs completions man verify help" -f -a "explain" -d 'Explain a code, a rule, a gate, a stage, a field, a param, a let or a policy'
complete -c tollgate -n "__fish_tollgate_using_subcommand help; and not __fish_seen_subcommand_from init new collect check test history impact report sweep plan explain params rules lint fmt lsp schema docs completions man verify help" -f -a "params" -d 'List every param: its value, its range, and who set it'
complete -c tollgate -n "__fish_tollgate_using_subcommand help; and not __fish_seen_subcommand_from init new collect check test history impact report sweep plan explain params rules lint fmt lsp schema docs completions man verify help" -f -a "rules" -d 'List every rule: its effect, who set it, and who waived it'
complete -c tollgate -n "__fish_tollgate_using_subcommand help; and not __fish_seen_subcommand_from init new collect check test history impact report sweep plan explain params rules lint fmt lsp schema docs completions man verify help" -f -a "lint" -d 'Find what is allowed in policies and probably a mistake'
complete -c tollgate -n "__fish_tollgate_using_subcommand help; and not __fish_seen_subcommand_from init new collect check test history impact report sweep plan explain params rules lint fmt lsp schema docs completions man verify help" -f -a "fmt" -d 'Format policies and their tests'
complete -c tollgate -n "__fish_tollgate_using_subcommand help; and not __fish_seen_subcommand_from init new collect check test history impact report sweep plan explain params rules lint fmt lsp schema docs completions man verify help" -f -a "lsp" -d 'Answer an editor: diagnostics, completion, hovers and all else, over standard input and output'
complete -c tollgate -n "__fish_tollgate_using_subcommand help; and not __fish_seen_subcommand_from init new collect check test history impact report sweep plan explain params rules lint fmt lsp schema docs completions man verify help" -f -a "schema" -d 'Print a JSON Schema, for editors'
complete -c tollgate -n "__fish_tollgate_using_subcommand help; and not __fish_seen_subcommand_from init new collect check test history impact report sweep plan explain params rules lint fmt lsp schema docs completions man verify help" -f -a "docs" -d 'Print the policies in force as Markdown, for people'
complete -c tollgate -n "__fish_tollgate_using_subcommand help; and not __fish_seen_subcommand_from init new collect check test history impact report sweep plan explain params rules lint fmt lsp schema docs completions man verify help" -f -a "completions" -d 'Print completions for a shell'
complete -c tollgate -n "__fish_tollgate_using_subcommand help; and not __fish_seen_subcommand_from init new collect check test history impact report sweep plan explain params rules lint fmt lsp schema docs completions man verify help" -f -a "man" -d 'Print the manual page, or write the pages of all commands into a folder'
complete -c tollgate -n "__fish_tollgate_using_subcommand help; and not __fish_seen_subcommand_from init new collect check test history impact report sweep plan explain params rules lint fmt lsp schema docs completions man verify help" -f -a "verify" -d 'Check that a recorded verdict still matches its files'
complete -c tollgate -n "__fish_tollgate_using_subcommand help; and not __fish_seen_subcommand_from init new collect check test history impact report sweep plan explain params rules lint fmt lsp schema docs completions man verify help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c tollgate -n "__fish_tollgate_using_subcommand help; and __fish_seen_subcommand_from new" -f -a "snapshot" -d 'Write the next snapshot of a workflow, with every field that it can record and no values'
