// CloudWatch Logs: groups, streams, events, one function an operation. The state is room observe's;
// here are AWS's names, limits and sentences. Functions run on the pool, several at a time.
#pragma once

#include "observe/logs.h"
#include "services/logs/model.h"
#include "wire/call.h"

namespace kennel::services::logs {

class Logs {
 public:
  Logs(observe::Logs& logs, std::string account) : logs_(logs), account_(std::move(account)) {}

  [[nodiscard]] wire::ServiceBinding bind();

  template <class Operation>
  using Answer = wire::Outcome<typename Operation::Output>;
  using Call = wire::Call;

  // groups.cpp
  Answer<CreateLogGroup> handle(CreateLogGroup, const Call& call,
                                const CreateLogGroupRequest& input);
  Answer<DeleteLogGroup> handle(DeleteLogGroup, const Call& call,
                                const DeleteLogGroupRequest& input);
  Answer<DescribeLogGroups> handle(DescribeLogGroups, const Call& call,
                                   const DescribeLogGroupsRequest& input);
  Answer<PutRetentionPolicy> handle(PutRetentionPolicy, const Call& call,
                                    const PutRetentionPolicyRequest& input);
  Answer<DeleteRetentionPolicy> handle(DeleteRetentionPolicy, const Call& call,
                                       const DeleteRetentionPolicyRequest& input);
  Answer<TagResource> handle(TagResource, const Call& call, const TagResourceRequest& input);
  Answer<UntagResource> handle(UntagResource, const Call& call, const UntagResourceRequest& input);
  Answer<ListTagsForResource> handle(ListTagsForResource, const Call& call,
                                     const ListTagsForResourceRequest& input);

  // streams.cpp
  Answer<CreateLogStream> handle(CreateLogStream, const Call& call,
                                 const CreateLogStreamRequest& input);
  Answer<DeleteLogStream> handle(DeleteLogStream, const Call& call,
                                 const DeleteLogStreamRequest& input);
  Answer<DescribeLogStreams> handle(DescribeLogStreams, const Call& call,
                                    const DescribeLogStreamsRequest& input);

  // events.cpp, filter_events.cpp
  Answer<PutLogEvents> handle(PutLogEvents, const Call& call, const PutLogEventsRequest& input);
  Answer<GetLogEvents> handle(GetLogEvents, const Call& call, const GetLogEventsRequest& input);
  Answer<FilterLogEvents> handle(FilterLogEvents, const Call& call,
                                 const FilterLogEventsRequest& input);

 private:
  [[nodiscard]] std::string group_arn(const Call& call, std::string_view group) const;
  // Of an ARN as TagResource and its like take it: without ":*".
  [[nodiscard]] wire::Outcome<std::string> tagged_group(const Call& call,
                                                        std::string_view arn) const;
  [[nodiscard]] LogGroup describe(const Call& call, const observe::LogGroup& group) const;
  [[nodiscard]] LogStream describe(const Call& call, std::string_view group,
                                   const observe::LogStream& stream) const;

  observe::Logs& logs_;
  std::string account_;
};

}  // namespace kennel::services::logs
