"""What SageMaker's API says of training jobs, whether or not they get to run."""

import pytest
import s3_client
import training_jobs
from botocore.exceptions import ClientError
from training_jobs import ACCOUNT, channel, process, request, wait_for_end

MISSING = "Requested resource not found."
ARN = f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:training-job"


@pytest.fixture(scope="module")
def sagemaker(environment):
    training_jobs.prepare(environment)
    return s3_client.connect(environment, service="sagemaker")


@pytest.fixture(scope="module")
def iam(environment):
    return s3_client.connect(environment, service="iam")


@pytest.fixture
def name() -> str:
    return s3_client.new_name("job")


@pytest.fixture
def job(sagemaker, name) -> str:
    sagemaker.create_training_job(**request(name))
    return name


def refusal(call, **words) -> tuple[str, str]:
    with pytest.raises(ClientError) as refused:
        call(**words)
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


def all_settings() -> dict:
    return {
        "HyperParameters": {"epochs": "3", "sagemaker_program": '"train.py"'},
        "Environment": {"GREETING": "hello"},
        "InputDataConfig": [channel("train"), channel("validation", ContentType="image/jpeg")],
        "DebugHookConfig": {"S3OutputPath": "s3://models/debug"},
        "ProfilerConfig": {"S3OutputPath": "s3://models/profile", "DisableProfiler": False},
        "ProfilerRuleConfigurations": [
            {"RuleConfigurationName": "report", "RuleEvaluatorImage": "rules:latest"}
        ],
        "TensorBoardOutputConfig": {"S3OutputPath": "s3://models/board"},
        "CheckpointConfig": {"S3Uri": "s3://models/saved", "LocalPath": "/opt/ml/checkpoints"},
        "VpcConfig": {"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1"]},
        "RetryStrategy": {"MaximumRetryAttempts": 2},
        "EnableManagedSpotTraining": True,
        "EnableNetworkIsolation": True,
        "EnableInterContainerTrafficEncryption": False,
        "StoppingCondition": {"MaxRuntimeInSeconds": 600, "MaxWaitTimeInSeconds": 900},
        "ExperimentConfig": {"ExperimentName": "dogs", "TrialName": "first"},
    }


def test_a_job_is_described_as_it_was_asked_for(sagemaker, name):
    asked = request(name, **all_settings())
    asked["AlgorithmSpecification"]["MetricDefinitions"] = [
        {"Name": "top1", "Regex": "top1=([0-9.]+)"}
    ]
    sagemaker.create_training_job(**asked)
    described = sagemaker.describe_training_job(TrainingJobName=name)
    asked["OutputDataConfig"]["KmsKeyId"] = ""
    assert {key: described.get(key) for key in asked} == asked


def test_what_the_sdk_reads_is_there_from_the_start(sagemaker, job):
    described = sagemaker.describe_training_job(TrainingJobName=job)
    assert described["TrainingJobArn"] == f"{ARN}/{job}"
    assert described["ModelArtifacts"] == {
        "S3ModelArtifacts": f"s3://models/out/{job}/output/model.tar.gz"
    }
    assert described["OutputDataConfig"]["KmsKeyId"] == ""
    assert described["EnableNetworkIsolation"] is False
    assert described["LastModifiedTime"] >= described["CreationTime"]
    first = described["SecondaryStatusTransitions"][0]
    assert (first["Status"], first["StartTime"]) == ("Starting", described["CreationTime"])
    assert first["StatusMessage"]


def test_rules_say_that_nobody_evaluates_them(sagemaker, name):
    rule = {"RuleConfigurationName": "report", "RuleEvaluatorImage": "rules:latest"}
    sagemaker.create_training_job(**request(name, DebugRuleConfigurations=[rule]))
    described = sagemaker.describe_training_job(TrainingJobName=name)
    (status,) = described["DebugRuleEvaluationStatuses"]
    assert (status["RuleConfigurationName"], status["RuleEvaluationStatus"]) == ("report", "Error")
    assert "not available" in status["StatusDetails"]


def test_the_arn_has_small_letters(sagemaker, name):
    created = sagemaker.create_training_job(**request(f"Dogs-{name}"))
    assert created["TrainingJobArn"] == f"{ARN}/dogs-{name}"
    tags = sagemaker.list_tags(ResourceArn=created["TrainingJobArn"])
    assert tags["Tags"] == []


def test_a_name_is_given_once(sagemaker, job):
    code, message = refusal(sagemaker.create_training_job, **request(job))
    assert code == "ResourceInUse"
    assert f"already exists ({ARN}/{job})" in message


def test_names_that_differ_in_case_are_one_name_spelt_once(sagemaker, name):
    made = f"Dogs-{name}"
    sagemaker.create_training_job(**request(made))
    code, message = refusal(sagemaker.create_training_job, **request(made.lower()))
    assert code == "ResourceInUse"
    assert f"already exists ({ARN}/{made.lower()})" in message
    for call in (sagemaker.describe_training_job, sagemaker.stop_training_job):
        assert refusal(call, TrainingJobName=made.upper()) == ("ValidationException", MISSING)
    assert sagemaker.describe_training_job(TrainingJobName=made)["TrainingJobName"] == made


def test_a_job_that_is_not_there_is_not_found(sagemaker):
    for call in (
        sagemaker.describe_training_job,
        sagemaker.stop_training_job,
        sagemaker.delete_training_job,
    ):
        assert refusal(call, TrainingJobName="nobody") == ("ValidationException", MISSING)


def with_algorithm(**changes) -> dict:
    algorithm = {"TrainingImage": "no/such:image", "TrainingInputMode": "File"} | changes
    return {"AlgorithmSpecification": algorithm}


def with_resources(**changes) -> dict:
    plain = {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 5}
    return {"ResourceConfig": plain | changes}


def with_metric(regex: str) -> dict:
    return with_algorithm(MetricDefinitions=[{"Name": "top1", "Regex": regex}])


REFUSED = {
    "pipes": (with_algorithm(TrainingInputMode="Pipe"), "Pipe"),
    "a marketplace's algorithm": (
        {"AlgorithmSpecification": {"AlgorithmName": "dogs", "TrainingInputMode": "File"}},
        "AlgorithmName",
    ),
    "a regex that is none": (with_metric("top1=("), "top1=("),
    "a regex without a group": (with_metric("top1=[0-9]+"), "group"),
    "too many instances": (with_resources(InstanceCount=1000), "1000"),
    "warm pools": (with_resources(KeepAlivePeriodInSeconds=60), "KeepAlivePeriodInSeconds"),
    "a channel twice": (
        {"InputDataConfig": [channel("train"), channel("train")]},
        "two channels named train",
    ),
    "compressed channels": (
        {"InputDataConfig": [channel("train", CompressionType="Gzip")]},
        "Gzip",
    ),
    "a pipe for a channel": ({"InputDataConfig": [channel("train", InputMode="Pipe")]}, "Pipe"),
    "data that is not in S3": (
        {"InputDataConfig": [channel("train", uri="https://example.com/dogs")]},
        "",
    ),
    "an output that is not in S3": (
        {"OutputDataConfig": {"S3OutputPath": "file:///tmp/out"}},
        "",
    ),
    "checkpoints elsewhere": (
        {"CheckpointConfig": {"S3Uri": "s3://models/saved", "LocalPath": "/etc"}},
        "/etc",
    ),
    "checkpoints that climb": (
        {"CheckpointConfig": {"S3Uri": "s3://models/saved", "LocalPath": "/opt/ml/../../etc"}},
        "/opt/ml",
    ),
    "a wait without spot": (
        {"StoppingCondition": {"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 90}},
        "EnableManagedSpotTraining",
    ),
    "spot without a wait": ({"EnableManagedSpotTraining": True}, "MaxWaitTimeInSeconds"),
    "a wait shorter than the run": (
        {
            "EnableManagedSpotTraining": True,
            "StoppingCondition": {"MaxRuntimeInSeconds": 90, "MaxWaitTimeInSeconds": 60},
        },
        "MaxWaitTimeInSeconds",
    ),
}


@pytest.mark.parametrize("changes, words", REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_run_is_refused_and_leaves_no_job(sagemaker, name, changes, words):
    code, message = refusal(sagemaker.create_training_job, **request(name, **changes))
    assert code == "ValidationException"
    assert words in message
    assert refusal(sagemaker.describe_training_job, TrainingJobName=name)[1] == MISSING


TRUSTS = {
    "another service": training_jobs.trust({"Service": "lambda.amazonaws.com"}),
    "people": training_jobs.trust({"AWS": ACCOUNT}),
}


@pytest.mark.parametrize("policy", TRUSTS.values(), ids=TRUSTS.keys())
def test_a_role_that_does_not_trust_sagemaker_is_refused(sagemaker, iam, name, policy):
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy)["Role"]["Arn"]
    code, message = refusal(sagemaker.create_training_job, **request(name, RoleArn=arn))
    assert code == "ValidationException"
    assert message.startswith(f"Could not assume role {arn}.")


def test_a_role_that_is_not_there_is_refused(sagemaker, name):
    arn = f"arn:aws:iam::{ACCOUNT}:role/nobody"
    code, message = refusal(sagemaker.create_training_job, **request(name, RoleArn=arn))
    assert (code, message.partition(".")[0]) == (
        "ValidationException",
        f"Could not assume role {arn}",
    )


def listed(sagemaker, **words) -> list[str]:
    page = sagemaker.list_training_jobs(**words)
    return [one["TrainingJobName"] for one in page["TrainingJobSummaries"]]


def three_jobs(sagemaker, start: str) -> list[str]:
    names = [f"{start}-{letter}" for letter in "bca"]
    for one in names:
        sagemaker.create_training_job(**request(one))
    return names


def test_jobs_are_listed_newest_first(sagemaker, name):
    names = three_jobs(sagemaker, name)
    assert listed(sagemaker, NameContains=name) == names[::-1]
    order = {"SortBy": "Name", "SortOrder": "Ascending"}
    assert listed(sagemaker, NameContains=name, **order) == sorted(names)


def test_jobs_are_listed_page_by_page(sagemaker, name):
    names = three_jobs(sagemaker, name)
    pages = sagemaker.get_paginator("list_training_jobs").paginate(
        NameContains=name, SortOrder="Ascending", PaginationConfig={"PageSize": 2}
    )
    found = [[one["TrainingJobName"] for one in page["TrainingJobSummaries"]] for page in pages]
    assert found == [names[:2], names[2:]]


def test_a_page_of_another_query_is_refused(sagemaker, name):
    three_jobs(sagemaker, name)
    page = sagemaker.list_training_jobs(NameContains=name, MaxResults=1)
    words = {"NameContains": f"{name}-", "NextToken": page["NextToken"]}
    assert refusal(sagemaker.list_training_jobs, **words)[0] == "ValidationException"
    assert refusal(sagemaker.list_training_jobs, NextToken="?")[0] == "ValidationException"


def test_jobs_are_listed_by_time_and_status(sagemaker, job):
    created = sagemaker.describe_training_job(TrainingJobName=job)["CreationTime"]
    assert listed(sagemaker, NameContains=job, CreationTimeAfter=s3_client.LONG_AGO) == [job]
    assert listed(sagemaker, NameContains=job, CreationTimeBefore=s3_client.LONG_AGO) == []
    assert listed(sagemaker, NameContains=job, StatusEquals="Completed") == []
    (summary,) = sagemaker.list_training_jobs(NameContains=job)["TrainingJobSummaries"]
    assert summary["CreationTime"] == created
    assert summary["TrainingJobArn"] == f"{ARN}/{job}"


def tags_of(sagemaker, arn: str) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in sagemaker.list_tags(ResourceArn=arn)["Tags"]}


def test_tags_come_and_go(sagemaker, name):
    tags = [{"Key": "team", "Value": "dogs"}, {"Key": "cost", "Value": "1"}]
    arn = sagemaker.create_training_job(**request(name, Tags=tags))["TrainingJobArn"]
    added = sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "cost", "Value": "2"}])
    assert {"Key": "cost", "Value": "2"} in added["Tags"]
    assert tags_of(sagemaker, arn) == {"team": "dogs", "cost": "2"}
    sagemaker.delete_tags(ResourceArn=arn, TagKeys=["team", "never-there"])
    assert tags_of(sagemaker, arn) == {"cost": "2"}


def test_a_job_has_fifty_tags_at_most(sagemaker, name):
    tags = [{"Key": f"key-{i}", "Value": ""} for i in range(50)]
    arn = sagemaker.create_training_job(**request(name, Tags=tags))["TrainingJobArn"]
    words = {"ResourceArn": arn, "Tags": [{"Key": "one-more", "Value": ""}]}
    assert refusal(sagemaker.add_tags, **words)[0] == "ValidationException"
    assert len(tags_of(sagemaker, arn)) == 50
    sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "key-7", "Value": "seven"}])
    assert tags_of(sagemaker, arn)["key-7"] == "seven"


@pytest.mark.parametrize(
    "change",
    [
        ("/job", "/nobody-job"),
        ("/job", "/JOB"),
        (ACCOUNT, "000000000001"),
        ("us-east-1", "eu-west-1"),
        ("training-job/", "model/"),
        ("training-job/", ""),
        ("training-job/", "training-job/training-job/"),
    ],
)
def test_tags_are_those_of_the_very_arn(sagemaker, job, change):
    own = f"{ARN}/{job}"
    arn = own.replace(*change)
    tag = {"Key": "team", "Value": "dogs"}
    missing = ("ValidationException", MISSING)
    assert arn != own
    assert refusal(sagemaker.list_tags, ResourceArn=arn) == missing
    assert refusal(sagemaker.add_tags, ResourceArn=arn, Tags=[tag]) == missing
    assert refusal(sagemaker.delete_tags, ResourceArn=arn, TagKeys=["team"]) == missing
    assert tags_of(sagemaker, own) == {}


@pytest.mark.parametrize(
    "arn", ["nobody", f"arn:aws:s3:::{ACCOUNT}", f"{ARN}/x".replace(ACCOUNT, "1")]
)
def test_tags_of_what_is_no_arn_of_sagemaker_are_refused(sagemaker, arn):
    code, message = refusal(sagemaker.list_tags, ResourceArn=arn)
    assert code == "ValidationException"
    assert f"Value '{arn}' at 'resourceArn' failed to satisfy constraint" in message


def test_a_job_in_progress_is_stopped_and_not_deleted(sagemaker, name):
    sagemaker.create_training_job(**process(name, "/bin/sleep", "600"))
    assert refusal(sagemaker.delete_training_job, TrainingJobName=name)[0] == "ResourceInUse"
    sagemaker.stop_training_job(TrainingJobName=name)
    described = sagemaker.describe_training_job(TrainingJobName=name)
    assert described["TrainingJobStatus"] in ("Stopping", "Stopped")
    stages = [one["Status"] for one in described["SecondaryStatusTransitions"]]
    assert "Stopping" in stages


def test_a_job_that_has_ended_is_deleted_and_its_name_is_free(server, sagemaker, job):
    wait_for_end(server, job)
    code, message = refusal(sagemaker.stop_training_job, TrainingJobName=job)
    assert (code, "is in status Failed" in message) == ("ValidationException", True)
    sagemaker.delete_training_job(TrainingJobName=job)
    assert refusal(sagemaker.describe_training_job, TrainingJobName=job)[1] == MISSING
    assert listed(sagemaker, NameContains=job) == []
    assert sagemaker.create_training_job(**request(job))["TrainingJobArn"] == f"{ARN}/{job}"
