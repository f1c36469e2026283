#include "engine/compiled_file.h"

#include <xxhash.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <nlohmann/json.hpp>

namespace kennel::engine {
namespace {

using base::ErrorKind;
using nlohmann::json;

constexpr std::size_t kPageBytes = 4096;

struct Preamble {
  std::array<char, 8> magic{'k', 'e', 'n', 'n', 'e', 'l', '\0', '\2'};
  std::uint64_t header_bytes = 0;
};
using Checksum = std::uint64_t;

std::uint64_t to_page_end(std::uint64_t bytes) {
  return (bytes + kPageBytes - 1) / kPageBytes * kPageBytes;
}

tl::unexpected<base::Error> damaged(const base::Path& path) {
  return base::fail(ErrorKind::kCorrupt, path.string() + " is not what was written there");
}

base::Result<CompiledFacts> parse_facts(base::ByteView header) {
  const json value = json::parse(header.begin(), header.end(), nullptr, false);
  try {
    CompiledFacts facts{.classes = value.at("classes"), .backbone = value.at("backbone")};
    KENNEL_TRY(facts.precision, parse_precision(value.at("precision").get<std::string>()));
    return facts;
  } catch (const json::exception& error) {
    return base::fail(ErrorKind::kCorrupt, error.what());
  }
}

}  // namespace

base::Result<CompiledFile> read_compiled(const base::Path& path) {
  KENNEL_TRY(auto mapped, base::MappedFile::open(path));
  const auto file = std::make_shared<const base::MappedFile>(std::move(mapped));
  const base::ByteView bytes = file->bytes();
  Preamble preamble;
  Checksum sum = 0;
  if (bytes.size() < sizeof preamble + sizeof sum) return damaged(path);
  std::memcpy(&preamble, bytes.data(), sizeof preamble);
  const base::ByteView summed = bytes.first(bytes.size() - sizeof sum);
  std::memcpy(&sum, bytes.last(sizeof sum).data(), sizeof sum);
  if (preamble.magic != Preamble().magic || preamble.header_bytes > bytes.size() ||
      to_page_end(sizeof preamble + preamble.header_bytes) > summed.size() ||
      sum != XXH3_64bits(summed.data(), summed.size())) {
    return damaged(path);
  }
  KENNEL_TRY(auto facts, parse_facts(bytes.subspan(sizeof preamble, preamble.header_bytes)));
  return CompiledFile{std::move(facts), file,
                      summed.subspan(to_page_end(sizeof preamble + preamble.header_bytes))};
}

void write_compiled(base::Disk& disk, const base::Path& path, const CompiledFacts& facts,
                    std::string_view compiled) {
  const json described{{"classes", facts.classes},
                       {"backbone", facts.backbone},
                       {"precision", to_name(facts.precision)}};
  const std::string header = described.dump();
  Preamble preamble;
  preamble.header_bytes = header.size();
  base::Bytes first(to_page_end(sizeof preamble + header.size()));
  std::memcpy(first.data(), &preamble, sizeof preamble);
  std::ranges::copy(header, first.begin() + sizeof preamble);
  const std::unique_ptr<XXH3_state_t, XXH_errorcode (*)(XXH3_state_t*)> sum(XXH3_createState(),
                                                                            &XXH3_freeState);
  if (!sum) throw std::bad_alloc();
  XXH3_64bits_reset(sum.get());
  base::StagedFile file(disk, path);
  for (const base::ByteView part : {base::ByteView(first), base::as_bytes(compiled)}) {
    XXH3_64bits_update(sum.get(), part.data(), part.size());
    file.append(part);
  }
  const Checksum checksum = XXH3_64bits_digest(sum.get());
  file.append(base::ByteView(reinterpret_cast<const std::uint8_t*>(&checksum), sizeof checksum));
  file.commit();
}

void trim_compiled(base::Disk& disk, const base::Path& folder, std::uint64_t bytes_max) {
  struct Entry {
    std::filesystem::file_time_type written;
    std::uint64_t bytes;
    base::Path path;
  };
  std::vector<Entry> entries;
  std::error_code gone;  // another process may be trimming too
  for (const auto& found : std::filesystem::directory_iterator(folder, gone)) {
    const Entry entry{found.last_write_time(gone), found.file_size(gone), found.path()};
    if (!gone) entries.push_back(entry);
  }
  std::ranges::sort(entries, std::ranges::greater(), &Entry::written);
  std::uint64_t kept = 0;
  for (const Entry& entry : entries) {
    kept += entry.bytes;
    if (kept > bytes_max) disk.remove(entry.path);
  }
}

}  // namespace kennel::engine
