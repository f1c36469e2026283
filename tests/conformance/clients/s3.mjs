// The AWS SDK for JavaScript: objects, checksums, uploads in parts, presigned URLs and refusals of
// S3. Tells what it found as JSON on its last line.
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectTaggingCommand,
  DeleteObjectsCommand,
  GetObjectAclCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  ListObjectsCommand,
  ListPartsCommand,
  PutBucketVersioningCommand,
  PutObjectAclCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
  paginateListObjectsV2,
  waitUntilBucketExists,
  waitUntilBucketNotExists,
  waitUntilObjectExists,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';

const MIB = 1024 * 1024;
const s3 = new S3Client({});
const Bucket = `node-${process.env.NODE_ROLE}`;
const there = { Bucket, Key: 'photos/Hündchen & 犬+1.jpg' };
const KEYS = [' blank', '..', '/lead', 'a//b', 'plus+%41', 'photos/Hündchen & 犬+1.jpg', '😀'];

async function ask(Command, input) {
  return s3.send(new Command(input));
}

async function refusal(Command, input) {
  try {
    await ask(Command, input);
    return ['answered'];
  } catch (error) {
    return [error.constructor.name, error.name, error.$metadata?.httpStatusCode];
  }
}

async function bytes(answer) {
  return Buffer.from(await answer.Body.transformToByteArray());
}

function* slices(content, size) {
  for (let start = 0; start < content.length; start += size) {
    yield content.subarray(start, start + size);
  }
}

async function objects() {
  const body = Buffer.from('wau wau');
  const about = { ContentType: 'image/jpeg', CacheControl: 'no-cache', Metadata: { breed: 'x' } };
  const put = await ask(PutObjectCommand, { ...there, Body: body, ...about, Tagging: 'team=dogs' });
  await waitUntilObjectExists({ client: s3, maxWaitTime: 10 }, there);
  const head = await ask(HeadObjectCommand, there);
  const got = await ask(GetObjectCommand, there);
  const part = await ask(GetObjectCommand, { ...there, Range: 'bytes=4-' });
  const tagging = { TagSet: [{ Key: 'team', Value: 'cats' }] };
  const tags = [await ask(GetObjectTaggingCommand, there)];
  await ask(PutObjectTaggingCommand, { ...there, Tagging: tagging });
  tags.push(await ask(GetObjectTaggingCommand, there));
  await ask(DeleteObjectTaggingCommand, there);
  tags.push(await ask(GetObjectTaggingCommand, there));
  const CopySource = encodeURIComponent(`${Bucket}/${there.Key}`);
  await ask(CopyObjectCommand, { Bucket, Key: 'copy', CopySource });
  const wanted = { ...there, ObjectAttributes: ['ETag', 'ObjectSize', 'StorageClass'] };
  const attributes = await ask(GetObjectAttributesCommand, wanted);
  const found = {
    etags: new Set([put.ETag, head.ETag, got.ETag, `"${attributes.ETag}"`]).size,
    about: [head.ContentType, head.CacheControl, head.Metadata, head.ContentLength],
    body: (await bytes(got)).equals(body),
    part: [(await bytes(part)).toString(), part.ContentRange, part.$metadata.httpStatusCode],
    tags: tags.map(({ TagSet }) => TagSet.map((tag) => tag.Value)),
    copy: (await bytes(await ask(GetObjectCommand, { Bucket, Key: 'copy' }))).equals(body),
    size: attributes.ObjectSize,
    private: (await ask(PutObjectAclCommand, { ...there, ACL: 'private' })).$metadata.httpStatusCode,
    grants: (await ask(GetObjectAclCommand, there)).Grants.map((each) => each.Permission),
    dated: head.LastModified instanceof Date,
  };
  await ask(DeleteObjectCommand, { Bucket, Key: 'copy' });
  return found;
}

// Bytes are summed up in a header, streams behind the body.
async function checksums() {
  const content = randomBytes(100_000);
  const found = {};
  for (const ChecksumAlgorithm of ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256']) {
    const name = `Checksum${ChecksumAlgorithm}`;
    const stream = Readable.from(slices(content, 16_000));
    const key = { Bucket, Key: ChecksumAlgorithm };
    const more = { ...key, ChecksumAlgorithm };
    const sums = [
      (await ask(PutObjectCommand, { ...more, Body: content }))[name],
      (await ask(PutObjectCommand, { ...more, Body: stream, ContentLength: content.length }))[name],
    ];
    const head = await ask(HeadObjectCommand, { ...key, ChecksumMode: 'ENABLED' });
    const got = await ask(GetObjectCommand, { ...key, ChecksumMode: 'ENABLED' });
    sums.push(head[name], got[name]);
    found[ChecksumAlgorithm] = {
      sums: new Set(sums).size === 1 && sums[0] !== undefined,
      body: (await bytes(got)).equals(content), // whose sum the client checks
      type: head.ChecksumType,
      encoding: head.ContentEncoding ?? '',
    };
    await ask(DeleteObjectCommand, key);
  }
  return found;
}

async function uploads() {
  const content = randomBytes(12 * MIB);
  const params = { Bucket, Key: 'uploaded', Body: Readable.from(slices(content, MIB)) };
  await new Upload({ client: s3, params, partSize: 5 * MIB, queueSize: 2 }).done();
  const uploaded = await ask(GetObjectCommand, { Bucket, Key: 'uploaded' });
  const upload = { Bucket, Key: 'parts' };
  upload.UploadId = (await ask(CreateMultipartUploadCommand, upload)).UploadId;
  const other = { Bucket, Key: 'other' };
  other.UploadId = (await ask(CreateMultipartUploadCommand, other)).UploadId;
  const copied = await ask(UploadPartCopyCommand, {
    ...upload,
    PartNumber: 1,
    CopySource: `${Bucket}/uploaded`,
    CopySourceRange: `bytes=0-${5 * MIB - 1}`,
  });
  const sent = await ask(UploadPartCommand, { ...upload, PartNumber: 2, Body: Buffer.from('end') });
  const listed = (await ask(ListPartsCommand, upload)).Parts.map((part) => part.Size);
  const begun = await ask(ListMultipartUploadsCommand, { Bucket });
  await ask(AbortMultipartUploadCommand, other);
  const Parts = [
    { PartNumber: 1, ETag: copied.CopyPartResult.ETag },
    { PartNumber: 2, ETag: sent.ETag },
  ];
  await ask(CompleteMultipartUploadCommand, { ...upload, MultipartUpload: { Parts } });
  const joined = await bytes(await ask(GetObjectCommand, { Bucket, Key: 'parts' }));
  const expected = Buffer.concat([content.subarray(0, 5 * MIB), Buffer.from('end')]);
  return {
    uploaded: (await bytes(uploaded)).equals(content),
    etag: uploaded.ETag.split('-')[1],
    listed,
    begun: begun.Uploads.map((each) => each.Key),
    joined: joined.equals(expected),
  };
}

async function listings() {
  for (const Key of KEYS) await ask(PutObjectCommand, { Bucket, Key, Body: Key });
  const pages = [];
  for await (const page of paginateListObjectsV2({ client: s3, pageSize: 3 }, { Bucket })) {
    pages.push(page.Contents.map((each) => each.Key));
  }
  const first = await ask(ListObjectsCommand, { Bucket, Delimiter: '/' });
  const versions = await ask(ListObjectVersionsCommand, { Bucket, Prefix: 'plus' });
  const readable = await Promise.all(
    KEYS.map(async (Key) => (await bytes(await ask(GetObjectCommand, { Bucket, Key }))).toString()),
  );
  return {
    pages,
    folders: first.CommonPrefixes.map((each) => each.Prefix),
    versions: versions.Versions.map((each) => [each.Key, each.VersionId, each.IsLatest]),
    changed: KEYS.filter((key, index) => readable[index] !== key),
  };
}

async function presigned() {
  const url = await getSignedUrl(s3, new PutObjectCommand(there), { expiresIn: 60 });
  const put = await fetch(url, { method: 'PUT', body: 'through a URL' });
  const get = await fetch(await getSignedUrl(s3, new GetObjectCommand(there)));
  return [put.status, get.status, await get.text()];
}

async function refusals() {
  const missing = { Bucket, Key: 'missing' };
  const gone = { Bucket, Key: 'gone', UploadId: 'never-begun' };
  return {
    'no key': await refusal(GetObjectCommand, missing),
    'no head': await refusal(HeadObjectCommand, missing),
    'no bucket': await refusal(ListObjectsCommand, { Bucket: 'never-made' }),
    'no such upload': await refusal(AbortMultipartUploadCommand, gone),
    unchanged: await refusal(GetObjectCommand, {
      ...there,
      IfNoneMatch: (await ask(HeadObjectCommand, there)).ETag,
    }),
    taken: await refusal(PutObjectCommand, { ...there, Body: 'x', IfNoneMatch: '*' }),
    full: await refusal(DeleteBucketCommand, { Bucket }),
  };
}

async function clean() {
  const status = { Status: 'Enabled' };
  await ask(PutBucketVersioningCommand, { Bucket, VersioningConfiguration: status });
  await ask(DeleteObjectCommand, there);
  const { Versions, DeleteMarkers } = await ask(ListObjectVersionsCommand, { Bucket });
  const Objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key, VersionId }));
  const deleted = await ask(DeleteObjectsCommand, { Bucket, Delete: { Objects } });
  await ask(DeleteBucketCommand, { Bucket });
  await waitUntilBucketNotExists({ client: s3, maxWaitTime: 10 }, { Bucket });
  return [DeleteMarkers.length, deleted.Errors ?? [], deleted.Deleted.length === Objects.length];
}

const made = await ask(CreateBucketCommand, { Bucket });
await waitUntilBucketExists({ client: s3, maxWaitTime: 10 }, { Bucket });
const buckets = (await ask(ListBucketsCommand, {})).Buckets.map((each) => each.Name);
const found = {
  made: made.Location,
  region: (await ask(HeadBucketCommand, { Bucket })).BucketRegion,
  listed: buckets.includes(Bucket),
  objects: await objects(),
  checksums: await checksums(),
  uploads: await uploads(),
};
await ask(DeleteObjectsCommand, {
  Bucket,
  Delete: { Quiet: true, Objects: [{ Key: 'uploaded' }, { Key: 'parts' }] },
});
found.listings = await listings();
found.presigned = await presigned();
found.refusals = await refusals();
found.clean = await clean();
console.log(JSON.stringify(found));
