"""CloudWatch Logs with boto3, and every operation of it and of training jobs with the aws CLI."""

import json
import time

import pytest
import s3_client
import training_jobs
from botocore.exceptions import ClientError
from running_server import run_aws

ACCOUNT = "000000000000"


def now_ms() -> int:
    return int(time.time() * 1000)


@pytest.fixture(scope="module")
def logs(environment):
    return s3_client.connect(environment, service="logs")


@pytest.fixture
def group(logs) -> str:
    name = s3_client.new_name("group")
    logs.create_log_group(logGroupName=name, tags={"team": "dogs"})
    return name


def put(logs, group: str, stream: str, *messages: str, start: int | None = None) -> None:
    first = start or now_ms()
    events = [{"timestamp": first + i, "message": text} for i, text in enumerate(messages)]
    logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)


def messages(answer: dict) -> list[str]:
    return [event["message"] for event in answer["events"]]


def refusal(call, **arguments) -> tuple[str, str]:
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


def test_groups_are_made_described_and_removed(logs, group):
    [told] = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    assert told["arn"] == f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{group}:*"
    assert told["logGroupArn"] == told["arn"].removesuffix(":*")
    logs.put_retention_policy(logGroupName=group, retentionInDays=30)
    [told] = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    assert told["retentionInDays"] == 30
    logs.delete_retention_policy(logGroupName=group)
    arn = told["logGroupArn"]
    logs.tag_resource(resourceArn=arn, tags={"a": "b"})
    logs.untag_resource(resourceArn=arn, tagKeys=["team"])
    assert logs.list_tags_for_resource(resourceArn=arn)["tags"] == {"a": "b"}
    logs.delete_log_group(logGroupName=group)
    assert logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"] == []


def test_events_come_back_in_order_and_page_by_page(logs, group):
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    put(logs, group, "s", *[f"line {i}" for i in range(25)])
    seen, token = [], {}
    for _ in range(10):
        page = logs.get_log_events(
            logGroupName=group, logStreamName="s", startFromHead=True, limit=10, **token
        )
        if not page["events"]:
            assert page["nextForwardToken"] == token["nextToken"]
            break
        seen += messages(page)
        token = {"nextToken": page["nextForwardToken"]}
    assert seen == [f"line {i}" for i in range(25)]
    latest = logs.get_log_events(logGroupName=group, logStreamName="s", limit=2)
    assert messages(latest) == ["line 23", "line 24"]
    before = logs.get_log_events(
        logGroupName=group, logStreamName="s", limit=2, nextToken=latest["nextBackwardToken"]
    )
    assert messages(before) == ["line 21", "line 22"]


def test_an_empty_stream_tells_where_to_go_on(logs, group):
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    page = logs.get_log_events(logGroupName=group, logStreamName="s", startFromHead=True)
    assert page["events"] == []
    put(logs, group, "s", "first")
    more = logs.get_log_events(
        logGroupName=group, logStreamName="s", nextToken=page["nextForwardToken"]
    )
    assert messages(more) == ["first"]


def test_streams_are_described_by_prefix_without_a_needless_token(logs, group):
    for name in ("job-1/algo-1-7", "job-1/algo-2-7", "job-10/algo-1-7"):
        logs.create_log_stream(logGroupName=group, logStreamName=name)
    answer = logs.describe_log_streams(logGroupName=group, logStreamNamePrefix="job-1/", limit=2)
    assert [stream["logStreamName"] for stream in answer["logStreams"]] == [
        "job-1/algo-1-7",
        "job-1/algo-2-7",
    ]
    assert "nextToken" not in answer
    first = logs.describe_log_streams(logGroupName=group, limit=1)
    rest = logs.describe_log_streams(logGroupName=group, nextToken=first["nextToken"])
    assert len(rest["logStreams"]) == 2


def test_a_stream_is_removed_with_its_events_and_may_be_made_anew(logs, group):
    stream = {"logGroupName": group, "logStreamName": "s"}
    logs.create_log_stream(**stream)
    put(logs, group, "s", "old")
    logs.delete_log_stream(**stream)
    assert refusal(logs.get_log_events, **stream)[0] == "ResourceNotFoundException"
    logs.create_log_stream(**stream)
    assert logs.get_log_events(**stream)["events"] == []


def test_filters_run_over_all_streams_in_the_order_of_time(logs, group):
    start = now_ms()
    for name, texts in {"a": ["ERROR one", "fine"], "b": ["ERROR two", "WARN"]}.items():
        logs.create_log_stream(logGroupName=group, logStreamName=name)
        put(logs, group, name, *texts, start=start)
    found = logs.filter_log_events(logGroupName=group, filterPattern="ERROR")
    assert sorted(messages(found)) == ["ERROR one", "ERROR two"]
    pages = logs.get_paginator("filter_log_events").paginate(
        logGroupName=group, PaginationConfig={"PageSize": 1}
    )
    every = [event for page in pages for event in page["events"]]
    assert len(every) == 4
    assert [event["timestamp"] for event in every] == sorted(e["timestamp"] for e in every)
    only = logs.filter_log_events(logGroupName=group, logStreamNames=["b"], filterPattern="-ERROR")
    assert messages(only) == ["WARN"]


def test_a_full_batch_of_any_letters_is_taken(logs, group):
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    texts = ["ä" * 50_000] * 10
    put(logs, group, "s", *texts)
    seen = logs.get_log_events(logGroupName=group, logStreamName="s", startFromHead=True)
    assert messages(seen) == texts


def test_an_end_that_no_clock_reaches_is_an_end(logs, group):
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    put(logs, group, "s", "woof")
    for end in (9_999_999_999_999, 2**63 - 1):
        window = {"logGroupName": group, "startTime": 0, "endTime": end}
        assert messages(logs.get_log_events(logStreamName="s", **window)) == ["woof"]
        assert messages(logs.filter_log_events(**window)) == ["woof"]


def test_the_latest_stream_comes_first_where_that_is_asked_for(logs, group):
    start = now_ms() - 10
    for i, name in enumerate(("a", "c", "b")):
        logs.create_log_stream(logGroupName=group, logStreamName=name)
        put(logs, group, name, "woof", start=start + i)
    pages = logs.get_paginator("describe_log_streams").paginate(
        logGroupName=group,
        orderBy="LastEventTime",
        descending=True,
        PaginationConfig={"PageSize": 1},
    )
    assert [stream["logStreamName"] for page in pages for stream in page["logStreams"]] == [
        "b",
        "c",
        "a",
    ]
    code, _ = refusal(
        logs.describe_log_streams,
        logGroupName=group,
        orderBy="LastEventTime",
        logStreamNamePrefix="a",
    )
    assert code == "InvalidParameterException"


def test_a_group_is_read_by_its_arn(logs, group):
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    put(logs, group, "s", "woof")
    arn = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{group}"
    assert messages(logs.filter_log_events(logGroupIdentifier=arn)) == ["woof"]
    other = arn.replace(ACCOUNT, "999999999999")
    code, _ = refusal(logs.filter_log_events, logGroupIdentifier=other)
    assert code == "ResourceNotFoundException"


def test_a_tail_sees_every_event_once(logs, group):
    """What `aws logs tail --follow` of version 2 asks, which comes as no package."""
    job, other = "job-1/algo-1-7", "job-2/algo-1-7"
    for stream in (job, other):
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
    start = now_ms() - 1000
    seen: dict[str, str] = {}
    latest = start

    def follow() -> None:
        nonlocal latest
        pages = logs.get_paginator("filter_log_events").paginate(
            logGroupName=group,
            logStreamNamePrefix="job-1/",
            filterPattern="woof",
            interleaved=True,
            startTime=latest,
        )
        for page in pages:
            for event in page["events"]:
                assert seen.get(event["eventId"], event["message"]) == event["message"]
                seen[event["eventId"]] = event["message"]
                latest = max(latest, event["timestamp"])

    put(logs, group, job, "woof one", "growl", "woof two", start=start)
    put(logs, group, other, "woof elsewhere", start=start)
    follow()
    put(logs, group, job, "woof three", "woof four", start=start + 2)
    follow()
    assert list(seen.values()) == ["woof one", "woof two", "woof three", "woof four"]


def test_what_is_not_there_is_refused_in_their_words(logs, group):
    missing = {"logGroupName": "missing", "logStreamName": "s"}
    expected = ("ResourceNotFoundException", "The specified log group does not exist.")
    assert refusal(logs.get_log_events, **missing) == expected
    assert refusal(logs.delete_log_group, logGroupName="missing") == expected
    expected = ("ResourceNotFoundException", "The specified log stream does not exist.")
    assert refusal(logs.get_log_events, logGroupName=group, logStreamName="s") == expected
    code, _ = refusal(logs.create_log_group, logGroupName=group)
    assert code == "ResourceAlreadyExistsException"
    code, _ = refusal(logs.put_retention_policy, logGroupName=group, retentionInDays=2)
    assert code == "InvalidParameterException"


def test_events_of_another_time_are_rejected_and_the_rest_is_taken(logs, group):
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    day = 24 * 3600 * 1000
    old = [{"timestamp": now_ms() - 15 * day, "message": "old"}]
    answer = logs.put_log_events(logGroupName=group, logStreamName="s", logEvents=old)
    assert answer["rejectedLogEventsInfo"] == {"tooOldLogEventEndIndex": 1}
    disorder = [{"timestamp": now_ms() - i, "message": "x"} for i in range(2)]
    code, _ = refusal(
        logs.put_log_events, logGroupName=group, logStreamName="s", logEvents=disorder
    )
    assert code == "InvalidParameterException"


def test_the_cli_does_all_of_it(environment):
    def aws(*words: str) -> dict:
        done = run_aws(*words, environment=environment)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout.strip() else {}

    group, stream = s3_client.new_name("group"), ("--log-stream-name", "s")
    of_group = ("--log-group-name", group)
    arn = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{group}"
    aws("logs", "create-log-group", *of_group)
    aws("logs", "put-retention-policy", *of_group, "--retention-in-days", "7")
    aws("logs", "delete-retention-policy", *of_group)
    aws("logs", "tag-resource", "--resource-arn", arn, "--tags", "a=b")
    assert aws("logs", "list-tags-for-resource", "--resource-arn", arn)["tags"] == {"a": "b"}
    aws("logs", "untag-resource", "--resource-arn", arn, "--tag-keys", "a")
    aws("logs", "create-log-stream", *of_group, *stream)
    event = f"timestamp={now_ms()},message=woof"
    aws("logs", "put-log-events", *of_group, *stream, "--log-events", event)
    assert messages(aws("logs", "get-log-events", *of_group, *stream)) == ["woof"]
    assert messages(aws("logs", "filter-log-events", *of_group)) == ["woof"]
    assert len(aws("logs", "describe-log-streams", *of_group)["logStreams"]) == 1
    assert len(aws("logs", "describe-log-groups", "--log-group-name-prefix", group)["logGroups"])
    aws("logs", "delete-log-stream", *of_group, *stream)
    aws("logs", "delete-log-group", *of_group)


def test_the_cli_plays_a_training_job(server, environment):
    def aws(*words: str) -> dict:
        done = run_aws("sagemaker", *words, environment=environment)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout.strip() else {}

    training_jobs.prepare(environment)
    name = s3_client.new_name("job")
    job = training_jobs.process(name, "sh", "-c", "echo woof > /opt/ml/model/dog; sleep 600")
    arn = aws("create-training-job", "--cli-input-json", json.dumps(job))["TrainingJobArn"]
    aws("add-tags", "--resource-arn", arn, "--tags", "Key=a,Value=b")
    assert aws("list-tags", "--resource-arn", arn)["Tags"] == [{"Key": "a", "Value": "b"}]
    aws("delete-tags", "--resource-arn", arn, "--tag-keys", "a")
    listed = aws("list-training-jobs", "--name-contains", name)["TrainingJobSummaries"]
    assert [one["TrainingJobName"] for one in listed] == [name]
    aws("stop-training-job", "--training-job-name", name)
    training_jobs.wait_for_end(server, name)  # the CLI would look again in two minutes
    aws("wait", "training-job-completed-or-stopped", "--training-job-name", name)
    assert (
        aws("describe-training-job", "--training-job-name", name)["TrainingJobStatus"] == "Stopped"
    )
    aws("delete-training-job", "--training-job-name", name)
