#!/usr/bin/env bash
# The check of the action in action.yml: one judgement, written in each form that GitHub reads. All that it is told stands
# in TOLLGATE_… variables. What it prints of a repository can hold neither a command nor an output of its own.
set -euo pipefail

folder=$(mktemp -d "${RUNNER_TEMP:-${TMPDIR:-/tmp}}/tollgate.XXXXXX")
comment=$folder/comment.md sarif=$folder/tollgate.sarif report=$folder/report.json annotations=$folder/annotations.txt
page=$folder/report.html

arguments=(
    --format human
    --format "markdown=$folder/body.md"
    --format "sarif=$sarif"
    --format "json=$report"
    --format "github=$annotations"
)
if [[ -n ${TOLLGATE_BASE:-} ]]; then arguments+=("--base=$TOLLGATE_BASE"); fi
if [[ -n ${TOLLGATE_AS_OF:-} ]]; then arguments+=("--as-of=$TOLLGATE_AS_OF"); fi
if [[ ${TOLLGATE_DENY_WARNINGS:-false} == true ]]; then arguments+=(--deny warnings); fi
if [[ -n ${TOLLGATE_PAGE:-} ]]; then
    arguments+=(--format "html=$page")
    if [[ -n ${TOLLGATE_REDACT:-} ]]; then arguments+=("--redact=$TOLLGATE_REDACT"); fi
    if [[ -n ${GITHUB_SERVER_URL:-} && -n ${GITHUB_REPOSITORY:-} && -n ${GITHUB_SHA:-} ]]; then
        below=${TOLLGATE_PATH:-.}
        below=${below#./}
        if [[ $below == . || -z $below ]]; then below=""; else below=${below%/}/; fi
        below=${below// /%20}
        arguments+=("--source-url=$GITHUB_SERVER_URL/$GITHUB_REPOSITORY/blob/$GITHUB_SHA/$below{file}#L{line}")
    fi
fi
while IFS= read -r workflow; do
    if [[ -n $workflow ]]; then arguments+=("--workflow=$workflow"); fi
done <<<"${TOLLGATE_WORKFLOWS:-}"

# Nobody can know it before the run.
token=$(head -c 16 /dev/urandom | od -An -tx1 | tr -d ' \n')

code=0 collected=0
echo "::stop-commands::$token"
# What was committed, against its sources. No server is asked: a pull request would say which one.
if [[ -n ${TOLLGATE_COLLECT:-} ]]; then
    compared=(--check)
    if [[ $TOLLGATE_COLLECT != check ]]; then compared+=("--replay=$TOLLGATE_COLLECT"); fi
    tollgate collect "${compared[@]}" -- "${TOLLGATE_PATH:-.}" || collected=$?
fi
tollgate check "${arguments[@]}" -- "${TOLLGATE_PATH:-.}" || code=$?
echo "::$token::"
if ((collected > code)); then code=$collected; fi

# A run that could not even begin has written nothing.
printf '<!-- tollgate -->\n' >"$comment"
case $collected in
    0) ;;
    1) printf '### Tollgate: a snapshot is not what its sources give; the log of the job says where.\n\n' >>"$comment" ;;
    *) printf '### Tollgate: a plan or a source is broken; the log of the job says why.\n\n' >>"$comment" ;;
esac
if [[ -s $folder/body.md ]]; then
    cat "$folder/body.md" >>"$comment"
else
    printf '### Tollgate: nothing could be judged; the log of the job says why.\n' >>"$comment"
fi
if [[ -s $annotations && ${TOLLGATE_ANNOTATIONS:-true} == true ]]; then cat "$annotations"; fi
if [[ ${TOLLGATE_SUMMARY:-true} == true && -n ${GITHUB_STEP_SUMMARY:-} ]]; then
    cat "$comment" >>"$GITHUB_STEP_SUMMARY"
    if [[ -s $page ]]; then
        printf '\nThe artifact `%s` of this run is a page for a browser. Everybody who may read the repository can download it.\n' \
            "${TOLLGATE_PAGE//[^A-Za-z0-9._-]/}" >>"$GITHUB_STEP_SUMMARY"
    fi
fi

if [[ -n ${GITHUB_OUTPUT:-} ]]; then
    {
        echo "exit-code=$code"
        echo "comment-file=$comment"
        if [[ -s $sarif ]]; then echo "sarif-file=$sarif"; fi
        if [[ -s $report ]]; then echo "report-file=$report"; fi
        if [[ -s $page ]]; then echo "page-file=$page"; fi
        echo "comment<<$token"
        cat "$comment"
        echo "$token"
    } >>"$GITHUB_OUTPUT"
fi

if [[ ${TOLLGATE_FAIL:-true} != true && $code -eq 1 ]]; then exit 0; fi
exit "$code"
