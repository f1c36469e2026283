#include "large_object.h"

#include <fmt/format.h>

#include <algorithm>

#include "exchange_loop.h"

namespace kennel::load {
namespace {

constexpr std::uint64_t kVerifiedEvery = 16;

std::string make_target(const LargeObject& object) {
  return fmt::format("/{}/{}", object.bucket, object.key);
}

std::vector<ObjectPart> split(const LargeObject& object) {
  const std::uint64_t step = object.part_size > 0 ? object.part_size : object.size;
  std::vector<ObjectPart> parts;
  for (std::uint64_t offset = 0; offset < object.size; offset += step) {
    parts.push_back({0, offset, std::min(step, object.size - offset)});
  }
  return parts;
}

void require_good(const Answer& answer) {
  if (answer.head.status / 100 == 2) return;
  throw std::runtime_error(fmt::format("refused with {}: {}", answer.head.status, answer.body));
}

nlohmann::json describe_transfer(const LargeObject& object, double seconds) {
  return {{"bytes", object.size},
          {"part_bytes", object.part_size},
          {"connections", object.connections},
          {"seconds", seconds},
          {"mb_per_second", 1e-6 * static_cast<double>(object.size) / seconds}};
}

nlohmann::json run_timed(const LargeObject& object, Work& work, const ObjectBytes& objects) {
  ExchangeLoop loop(object.port, object.connections, objects);
  const double cpu_before = cpu_seconds();
  const auto start = SteadyClock::now();
  loop.run(work);
  auto report = describe_transfer(object, Seconds(SteadyClock::now() - start).count());
  report["client_cpu_seconds"] = cpu_seconds() - cpu_before;
  return report;
}

// In one piece: kParts -> kDone; in parts: kCreate -> kParts -> kComplete -> kDone.
class Upload : public Work {
 public:
  Upload(const LargeObject& object, S3Signer& signer, const ObjectBytes& objects)
      : object_(object), signer_(signer), parts_(split(object)), tags_(parts_.size()) {
    for (const ObjectPart& part : parts_) {
      hashes_.push_back(object.hashed ? objects.sha256(part) : std::string(kUnsignedPayload));
    }
    if (object.part_size > 0) step_ = Step::kCreate;
  }

  std::optional<Request> next() override {
    if (is_asked_ || step_ == Step::kDone) return std::nullopt;
    if (step_ == Step::kParts) return next_part();
    is_asked_ = true;
    return step_ == Step::kCreate ? make_create() : make_complete();
  }

  void end(const Request& request, const Answer& answer) override {
    require_good(answer);
    is_asked_ = false;
    if (step_ == Step::kCreate) return begin_parts(answer.body);
    if (step_ == Step::kComplete) return complete(answer.body);
    tags_[request.number] = answer.head.find("etag").value_or("");
    if (++parts_ended_ < parts_.size()) return;
    step_ = object_.part_size > 0 ? Step::kComplete : Step::kDone;
  }

 private:
  enum class Step { kCreate, kParts, kComplete, kDone };

  std::optional<Request> next_part() {
    if (parts_begun_ == parts_.size()) return std::nullopt;
    const std::size_t index = parts_begun_++;
    const ObjectPart& part = parts_[index];
    std::string target = make_target(object_);
    if (object_.part_size > 0) {
      target += fmt::format("?partNumber={}&{}", index + 1, make_parameter("uploadId", upload_id_));
    }
    return Request{.text = signer_.sign({"PUT", target, part.size, hashes_[index]}),
                   .sent = part,
                   .number = index};
  }

  Request make_create() { return {signer_.sign({"POST", make_target(object_) + "?uploads="})}; }

  Request make_complete() {
    std::string body = "<CompleteMultipartUpload>";
    for (std::size_t index = 0; index < tags_.size(); ++index) {
      body += fmt::format("<Part><PartNumber>{}</PartNumber><ETag>{}</ETag></Part>", index + 1,
                          tags_[index]);
    }
    body += "</CompleteMultipartUpload>";
    const std::string target = make_target(object_) + "?" + make_parameter("uploadId", upload_id_);
    return {signer_.sign({"POST", target, body.size(), std::string(kUnsignedPayload)}) + body};
  }

  void begin_parts(const std::string& answer) {
    constexpr std::string_view kOpening = "<UploadId>";
    const std::size_t opening = answer.find(kOpening);
    if (opening == std::string::npos) throw std::runtime_error("no upload has begun: " + answer);
    const std::size_t start = opening + kOpening.size();
    upload_id_ = answer.substr(start, answer.find('<', start) - start);
    step_ = Step::kParts;
  }

  // A failure may come after the 200: then the document is an Error, without an ETag.
  void complete(const std::string& answer) {
    if (answer.find("<ETag>") == std::string::npos)
      throw std::runtime_error("the upload was not completed: " + answer);
    step_ = Step::kDone;
  }

  const LargeObject& object_;
  S3Signer& signer_;
  std::vector<ObjectPart> parts_;
  std::vector<std::string> hashes_;
  std::vector<std::string> tags_;  // quotes included
  std::string upload_id_;
  Step step_ = Step::kParts;
  bool is_asked_ = false;
  std::size_t parts_begun_ = 0;
  std::size_t parts_ended_ = 0;
};

class Download : public Work {
 public:
  Download(const LargeObject& object, S3Signer& signer, const ObjectBytes& objects)
      : object_(object), signer_(signer), objects_(objects), parts_(split(object)) {}

  std::optional<Request> next() override {
    if (parts_begun_ == parts_.size()) return std::nullopt;
    const ObjectPart& part = parts_[parts_begun_++];
    S3Request request{"GET", make_target(object_)};
    if (object_.part_size > 0) {
      request.fields.push_back(
          {"Range", fmt::format("bytes={}-{}", part.offset, part.offset + part.size - 1)});
    }
    return Request{.text = signer_.sign(request), .wanted = part};
  }

  void receive(const Request& request, std::uint64_t offset, std::string_view bytes) override {
    const std::uint64_t from = request.wanted.offset + offset;
    if (from / ObjectBytes::kBlockBytes % kVerifiedEvery != 0) return;
    if (!objects_.holds(request.wanted.object, from, bytes))
      throw std::runtime_error(fmt::format("other bytes than were put, near {}", from));
    verified_bytes_ += bytes.size();
  }

  void end(const Request& request, const Answer& answer) override {
    require_good(answer);
    if (answer.head.length != request.wanted.size)
      throw std::runtime_error(
          fmt::format("{} bytes were asked for, {} came", request.wanted.size, answer.head.length));
  }

  [[nodiscard]] std::uint64_t verified_bytes() const { return verified_bytes_; }

 private:
  const LargeObject& object_;
  S3Signer& signer_;
  const ObjectBytes& objects_;
  std::vector<ObjectPart> parts_;
  std::size_t parts_begun_ = 0;
  std::uint64_t verified_bytes_ = 0;
};

}  // namespace

nlohmann::json upload(const LargeObject& object, S3Signer& signer, const ObjectBytes& objects) {
  Upload work(object, signer, objects);
  return run_timed(object, work, objects);
}

nlohmann::json download(const LargeObject& object, S3Signer& signer, const ObjectBytes& objects) {
  Download work(object, signer, objects);
  auto report = run_timed(object, work, objects);
  report["verified_bytes"] = work.verified_bytes();
  return report;
}

}  // namespace kennel::load
