// The AWS SDK for JavaScript: training jobs and logs. Its argument is a job that has ended, which is
// removed. Tells what it found as JSON on its last line.
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  DeleteLogStreamCommand,
  DeleteRetentionPolicyCommand,
  DescribeLogGroupsCommand,
  GetLogEventsCommand,
  ListTagsForResourceCommand,
  PutLogEventsCommand,
  PutRetentionPolicyCommand,
  TagResourceCommand,
  UntagResourceCommand,
  paginateDescribeLogStreams,
  paginateFilterLogEvents,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  AddTagsCommand,
  CreateTrainingJobCommand,
  DeleteTagsCommand,
  DeleteTrainingJobCommand,
  DescribeTrainingJobCommand,
  ListTagsCommand,
  SageMakerClient,
  StopTrainingJobCommand,
  paginateListTrainingJobs,
  waitUntilTrainingJobCompletedOrStopped,
} from '@aws-sdk/client-sagemaker';

const sagemaker = new SageMakerClient({});
const logs = new CloudWatchLogsClient({});
const ended = process.argv[2];
const job = { TrainingJobName: `${ended}-Node` };
const GROUP = '/aws/sagemaker/TrainingJobs';
const TEXT = 'Hündchen\t😀 "quoted" \\ 100 %';

async function refusal(client, command) {
  try {
    await client.send(command);
    return ['answered'];
  } catch (error) {
    return [error.constructor.name, error.name, error.$metadata?.httpStatusCode];
  }
}

async function all(paginator, member) {
  const pages = [];
  for await (const page of paginator) pages.push(page[member]);
  return pages;
}

async function jobs() {
  const request = {
    ...job,
    AlgorithmSpecification: {
      TrainingImage: 'kennel/process',
      TrainingInputMode: 'File',
      ContainerEntrypoint: ['/bin/sleep', '600'],
    },
    RoleArn: 'arn:aws:iam::000000000000:role/trainer',
    OutputDataConfig: { S3OutputPath: 's3://models/out' },
    ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 5 },
    StoppingCondition: { MaxRuntimeInSeconds: 600 },
    HyperParameters: { text: TEXT },
    Tags: [{ Key: 'team', Value: 'dogs' }],
  };
  const found = {
    arn: (await sagemaker.send(new CreateTrainingJobCommand(request))).TrainingJobArn,
    taken: await refusal(sagemaker, new CreateTrainingJobCommand(request)),
    busy: await refusal(sagemaker, new DeleteTrainingJobCommand(job)),
  };
  const described = await sagemaker.send(new DescribeTrainingJobCommand(job));
  found.described = [
    described.HyperParameters.text === TEXT,
    described.CreationTime instanceof Date,
    described.SecondaryStatusTransitions[0].Status,
  ];
  found.tags = await tags({ ResourceArn: found.arn });
  await sagemaker.send(new StopTrainingJobCommand(job));
  const query = { NameContains: ended, SortBy: 'CreationTime', SortOrder: 'Ascending' };
  const pages = await all(
    paginateListTrainingJobs({ client: sagemaker, pageSize: 1 }, query),
    'TrainingJobSummaries',
  );
  found.pages = pages.map((page) => page.map((each) => each.TrainingJobName));
  return found;
}

async function tags(resource) {
  const more = [{ Key: 'cost', Value: 'Hündchen + 1' }];
  await sagemaker.send(new AddTagsCommand({ ...resource, Tags: more }));
  await sagemaker.send(new DeleteTagsCommand({ ...resource, TagKeys: ['team'] }));
  const { Tags } = await sagemaker.send(new ListTagsCommand(resource));
  return [Tags.length, Tags[0].Key, Tags[0].Value];
}

// What waits and what reads see of a job that has ended.
async function end() {
  const name = { TrainingJobName: ended };
  const waited = await waitUntilTrainingJobCompletedOrStopped(
    { client: sagemaker, maxWaitTime: 600 },
    name,
  );
  const query = { logGroupName: GROUP, logStreamNamePrefix: `${ended}/` };
  const events = await all(paginateFilterLogEvents({ client: logs }, query), 'events');
  const removed = await sagemaker.send(new DeleteTrainingJobCommand(name));
  return {
    waited: waited.state,
    said: events.flat().map((event) => event.message),
    removed: removed.$metadata.httpStatusCode,
    gone: await refusal(sagemaker, new DescribeTrainingJobCommand(name)),
  };
}

async function own_group() {
  const group = { logGroupName: `node/${ended}` };
  const stream = { ...group, logStreamName: 'one' };
  await logs.send(new CreateLogGroupCommand({ ...group, tags: { team: 'dogs' } }));
  await logs.send(new PutRetentionPolicyCommand({ ...group, retentionInDays: 7 }));
  const about = { logGroupNamePrefix: group.logGroupName };
  const { logGroups } = await logs.send(new DescribeLogGroupsCommand(about));
  await logs.send(new DeleteRetentionPolicyCommand(group));
  const found = {
    taken: await refusal(logs, new CreateLogGroupCommand(group)),
    kept: logGroups.map((each) => each.retentionInDays),
    tags: await group_tags({ resourceArn: logGroups[0].logGroupArn }),
  };
  for (const logStreamName of ['one', 'two']) {
    await logs.send(new CreateLogStreamCommand({ ...group, logStreamName }));
  }
  const streams = paginateDescribeLogStreams({ client: logs, pageSize: 1 }, group);
  found.streams = (await all(streams, 'logStreams')).flat().map((each) => each.logStreamName);
  const logEvents = [{ timestamp: Date.now(), message: TEXT }];
  await logs.send(new PutLogEventsCommand({ ...stream, logEvents }));
  const { events } = await logs.send(new GetLogEventsCommand({ ...stream, startFromHead: true }));
  found.events = events.map((event) => event.message === TEXT);
  await logs.send(new DeleteLogStreamCommand(stream));
  found.gone = await refusal(logs, new GetLogEventsCommand(stream));
  found.removed = (await logs.send(new DeleteLogGroupCommand(group))).$metadata.httpStatusCode;
  return found;
}

async function group_tags(resource) {
  await logs.send(new TagResourceCommand({ ...resource, tags: { cost: '1' } }));
  await logs.send(new UntagResourceCommand({ ...resource, tagKeys: ['team'] }));
  return (await logs.send(new ListTagsForResourceCommand(resource))).tags;
}

const found = { jobs: await jobs(), end: await end(), group: await own_group() };
console.log(JSON.stringify(found));
