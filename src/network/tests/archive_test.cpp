#include "network/archive.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <cerrno>
#include <cstring>

#include "base/tests/scratch_folder.h"

namespace kennel::network {
namespace {

using base::as_bytes;
using base::Bytes;
using base::ErrorKind;
using base::Path;
using testing::AllOf;
using testing::HasSubstr;

// An entry of a hand-made tar: the ustar header's fields that an attacker would choose.
struct RawEntry {
  std::string name;
  std::string content;
  char type = '0';
  std::string link = {};
};

void put(Bytes& header, std::size_t place, std::string_view text) {
  std::memcpy(header.data() + place, text.data(), text.size());
}

std::string octal(std::uint64_t value, int digits) {
  char text[32];
  std::snprintf(text, sizeof text, "%0*lo", digits, static_cast<unsigned long>(value));
  return text;
}

Bytes to_header(const RawEntry& entry, std::uint64_t stated_size) {
  Bytes header(512);
  put(header, 0, entry.name);
  put(header, 100, "0000644");
  put(header, 108, "0000000");
  put(header, 116, "0000000");
  put(header, 124, octal(stated_size, 11));
  put(header, 136, "00000000000");
  put(header, 148, "        ");
  header[156] = static_cast<std::uint8_t>(entry.type);
  put(header, 157, entry.link);
  put(header, 257, "ustar");
  put(header, 263, "00");
  std::uint64_t sum = 0;
  for (const std::uint8_t byte : header) sum += byte;
  put(header, 148, octal(sum, 6));
  header[154] = 0;
  return header;
}

Bytes tar_of(const std::vector<RawEntry>& entries) {
  Bytes tar;
  for (const RawEntry& entry : entries) {
    const Bytes header = to_header(entry, entry.content.size());
    tar.insert(tar.end(), header.begin(), header.end());
    tar.insert(tar.end(), entry.content.begin(), entry.content.end());
    tar.resize((tar.size() + 511) / 512 * 512);
  }
  tar.resize(tar.size() + 1024);
  return tar;
}

Bytes gzip(const Bytes& bytes) {
  z_stream stream{};
  base::check(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK, "zlib");
  Bytes packed(deflateBound(&stream, bytes.size()));
  stream.next_in = const_cast<Bytef*>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = packed.data();
  stream.avail_out = static_cast<uInt>(packed.size());
  base::check(deflate(&stream, Z_FINISH) == Z_STREAM_END, "zlib packs");
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

Bytes packed(const std::vector<RawEntry>& entries) { return gzip(tar_of(entries)); }

std::string reason_of(const Bytes& archive, const ArchiveLimits& limits = {}) {
  const auto files = parse_archive(archive, limits);
  return files ? "accepted" : files.error().message;
}

std::string text_of(const Bytes& bytes) { return std::string(base::as_text(bytes)); }

TEST(ReadArchive, ReadsRegularFilesByTheirPlainNames) {
  const auto files = parse_archive(
      packed({{"./", "", '5', ""}, {"./kennel.json", "{}", '0', ""}, {"a//./b", "x", '0', ""}}));
  ASSERT_TRUE(files) << files.error().message;
  ASSERT_EQ(files->size(), 2U);
  EXPECT_EQ(text_of(files->at("kennel.json")), "{}");
  EXPECT_EQ(text_of(files->at("a/b")), "x");
}

TEST(ReadArchive, RefusesPathsThatLeaveTheFolder) {
  EXPECT_THAT(reason_of(packed({{"/etc/passwd", "x"}})),
              HasSubstr("refused '/etc/passwd': an absolute path"));
  EXPECT_THAT(reason_of(packed({{"../x", "x"}})), HasSubstr("refused '../x': a path that leaves"));
  EXPECT_THAT(reason_of(packed({{"a/../../x", "x"}})), HasSubstr("a path that leaves"));
  EXPECT_THAT(reason_of(packed({{"a/..", "", '5', ""}})), HasSubstr("a path that leaves"));
  EXPECT_THAT(reason_of(packed({{"a\x1b[2J", "x"}})), HasSubstr("refused 'a?[2J': a name"));
}

TEST(ReadArchive, RefusesEverythingButFilesAndFolders) {
  EXPECT_THAT(reason_of(packed({{"l", "", '2', "/etc/passwd"}})),
              AllOf(HasSubstr("refused 'l': a symbolic link"), HasSubstr("regular files")));
  EXPECT_THAT(reason_of(packed({{"a", "x"}, {"l", "", '1', "a"}})), HasSubstr("a hard link"));
  EXPECT_THAT(reason_of(packed({{"d", "", '3', ""}})), HasSubstr("a device"));
  EXPECT_THAT(reason_of(packed({{"d", "", '4', ""}})), HasSubstr("a device"));
  EXPECT_THAT(reason_of(packed({{"p", "", '6', ""}})), HasSubstr("a named pipe"));
}

TEST(ReadArchive, RefusesTwoEntriesOfOneName) {
  EXPECT_THAT(reason_of(packed({{"a", "1"}, {"./a", "2"}})), HasSubstr("two entries called 'a'"));
}

TEST(ReadArchive, RefusesMoreThanItsLimits) {
  const Bytes three = packed({{"a", "1"}, {"b", "2"}, {"c", "3"}});
  EXPECT_THAT(reason_of(three, {.entries_max = 2}), HasSubstr("more than 2 entries"));
  EXPECT_THAT(reason_of(three, {.total_bytes_max = 3 * base::kKiB}),
              HasSubstr("more than the limit of 3.0 KiB"));
  EXPECT_EQ(reason_of(three, {.entries_max = 3, .total_bytes_max = 4 * base::kKiB}), "accepted");
}

TEST(ReadArchive, RefusesABombByItsRatio) {
  const Bytes bomb = packed({{"zeros", std::string(32 * base::kMiB, '\0')}});
  EXPECT_THAT(reason_of(bomb), HasSubstr("more than 200 times its size"));
}

TEST(ReadArchive, RefusesABombBehindTheEndOfTheTar) {
  Bytes tar = tar_of({{"a", "x"}});
  tar.resize(tar.size() + 32 * base::kMiB);
  EXPECT_THAT(reason_of(gzip(tar)), HasSubstr("more than 200 times its size"));
}

TEST(ReadArchive, DoesNotBelieveASizeInAHeader) {
  const Bytes header = to_header({"a", ""}, std::uint64_t{1} << 32);
  EXPECT_THAT(reason_of(gzip(header)), HasSubstr("damaged tar archive"));
}

TEST(ReadArchive, IsCorruptWhereverItIsCut) {
  const Bytes whole = packed({{"a", "some content"}, {"b", "more"}});
  ASSERT_EQ(reason_of(whole), "accepted");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    const auto files = parse_archive(cut);
    ASSERT_FALSE(files) << size;
    EXPECT_EQ(files.error().kind, ErrorKind::kCorrupt) << size;
  }
}

TEST(ReadArchive, NoticesAFlippedBit) {
  const base::ScratchFolder scratch;
  base::PosixDisk disk;
  const std::string content(1000, 'x');
  write_archive(disk, scratch.path() / "a.tar.gz", {{"a", as_bytes(content)}});
  Bytes bytes = *base::read_file(scratch.path() / "a.tar.gz", base::kMiB);
  bytes[bytes.size() / 2] ^= 1;
  EXPECT_THAT(reason_of(bytes), HasSubstr("damaged gzip stream"));
}

TEST(ReadArchive, RefusesGarbage) {
  EXPECT_THAT(reason_of({}), HasSubstr("no gzipped tar"));
  EXPECT_THAT(reason_of(Bytes(1000, 'x')), HasSubstr("no gzipped tar"));
  EXPECT_THAT(reason_of(gzip(Bytes(1000, 'x'))), HasSubstr("damaged tar archive"));
  EXPECT_THAT(reason_of(tar_of({{"a", "x"}})), HasSubstr("no gzipped tar"));
  Bytes trailed = packed({{"a", "x"}});
  trailed.insert(trailed.end(), {0, 'x'});
  EXPECT_THAT(reason_of(trailed), HasSubstr("2 bytes after the end"));
}

TEST(ReadArchive, PassesOverTheZerosThatFillABlock) {
  Bytes padded = packed({{"a", "content"}});
  padded.resize(padded.size() + 5951, 0);
  const auto files = parse_archive(padded, {});
  ASSERT_TRUE(files) << files.error().message;
  EXPECT_EQ(files->size(), 1U);
}

TEST(ReadArchive, NamesTheFile) {
  EXPECT_THAT(read_archive("/nowhere/m.tar.gz").error().message, HasSubstr("/nowhere/m.tar.gz"));
}

std::vector<ArchiveEntry> some_entries(const std::string& large) {
  return {{"kennel.json", as_bytes("{}")}, {"empty", {}}, {"model.pth", as_bytes(large)}};
}

std::string some_megabytes() {
  std::string bytes(3 * base::kMiB, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 7919 >> 8);
  return bytes;
}

TEST(WriteArchive, WritesWhatItReadsBackStored) {
  const base::ScratchFolder scratch;
  base::PosixDisk disk;
  const Path path = scratch.path() / "m.tar.gz";
  const std::string large = some_megabytes();
  write_archive(disk, path, some_entries(large));
  const auto files = read_archive(path);
  ASSERT_TRUE(files) << files.error().message;
  EXPECT_EQ(files->size(), 3U);
  EXPECT_EQ(text_of(files->at("model.pth")), large);
  EXPECT_TRUE(files->at("empty").empty());
  EXPECT_GT(std::filesystem::file_size(path), large.size());
}

TEST(WriteArchive, GivesTheSameBytesForTheSameEntries) {
  const base::ScratchFolder scratch;
  base::PosixDisk disk;
  write_archive(disk, scratch.path() / "1", {{"a", as_bytes("x")}});
  write_archive(disk, scratch.path() / "2", {{"a", as_bytes("x")}});
  const Bytes first = *base::read_file(scratch.path() / "1", base::kMiB);
  EXPECT_EQ(first, *base::read_file(scratch.path() / "2", base::kMiB));
  EXPECT_EQ(Bytes(first.begin() + 4, first.begin() + 8), Bytes(4));  // gzip's time: none
}

TEST(WriteArchive, IsReadByTheSystemsTar) {
  const base::ScratchFolder scratch;
  base::PosixDisk disk;
  const std::string path = (scratch.path() / "m.tar.gz").string();
  write_archive(disk, path, some_entries("weights"));
  const std::string folder = scratch.path().string();
  EXPECT_EQ(std::system(("tar -xzf " + path + " -C " + folder).c_str()), 0);
  EXPECT_EQ(text_of(*base::read_file(scratch.path() / "model.pth", 100)), "weights");
}

TEST(WriteArchive, LeavesTheOldFileAndNothingElseWhereverTheDiskFails) {
  const base::ScratchFolder scratch;
  base::PosixDisk disk;
  const Path path = scratch.path() / "m.tar.gz";
  const std::string large = some_megabytes();
  base::FaultyDisk counting(disk, ~std::uint64_t{0}, ENOSPC);
  write_archive(counting, path, some_entries(large));
  const std::uint64_t operations = counting.operations();
  ASSERT_GT(operations, 6U);  // create, several writes, sync, rename, sync folder

  for (std::uint64_t failing = 0; failing < operations; ++failing) {
    base::write_atomically(disk, path, "old");
    base::FaultyDisk faulty(disk, failing, ENOSPC);
    EXPECT_THROW(write_archive(faulty, path, some_entries(large)), base::DiskError) << failing;
    const auto left = std::filesystem::directory_iterator(scratch.path());
    EXPECT_EQ(std::distance(left, {}), 1) << failing;
    const bool renamed = failing == operations - 1;
    EXPECT_EQ(std::filesystem::file_size(path) > 3, renamed) << failing;
  }
}

}  // namespace
}  // namespace kennel::network
