// Pickles written instruction by instruction, for tests: what a pickler writes, and what only an
// attacker would.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "network/zip.h"

namespace kennel::network::program {

// Literals hold NULs, so they are cut by their size.
template <std::size_t kSize>
std::string raw(const char (&text)[kSize]) {
  return std::string(text, kSize - 1);
}

inline std::string number(std::uint64_t value, std::size_t width) {
  std::string bytes;
  for (std::size_t i = 0; i < width; ++i) bytes += static_cast<char>(value >> (8 * i) & 0xff);
  return bytes;
}

inline std::string text(std::string_view value) {
  return raw("X") + number(value.size(), 4) + std::string(value);
}

inline std::string integer(std::int64_t value) {
  return raw("\x8a\x08") + number(static_cast<std::uint64_t>(value), 8);
}

inline std::string global(std::string_view module, std::string_view name) {
  return raw("c") + std::string(module) + "\n" + std::string(name) + "\n";
}

inline std::string tuple(const std::vector<std::string>& items) {
  std::string all = "(";
  for (const std::string& item : items) all += item;
  return all + "t";
}

inline std::string integers(const std::vector<std::int64_t>& values) {
  std::vector<std::string> items;
  for (const std::int64_t value : values) items.push_back(integer(value));
  return tuple(items);
}

inline std::string storage(std::string_view key, std::int64_t count,
                           std::string_view type = "FloatStorage") {
  return tuple({text("storage"), global("torch", type), text(key), text("cpu"), integer(count)}) +
         "Q";
}

struct View {
  std::int64_t offset = 0;
  std::vector<std::int64_t> shape;
  std::vector<std::int64_t> strides;
};

inline std::string tensor(const std::string& of_storage, const View& view) {
  return global("torch._utils", "_rebuild_tensor_v2") +
         tuple({of_storage, integer(view.offset), integers(view.shape), integers(view.strides),
                "\x89", "}"}) +
         "R";
}

// {"w": `value`}
inline std::string dict_of(const std::string& value) { return raw("}") + text("w") + value + "s"; }

inline std::string pickle(const std::string& instructions) {
  return raw("\x80\x02") + instructions + ".";
}

// A `.pth` of this pickle and one storage, "0", with the bytes 0, 1, 2, ...
inline base::Bytes pth(const std::string& of_pickle, std::size_t storage_size = 16) {
  base::Bytes data(storage_size);
  for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<std::uint8_t>(i);
  ZipWriter archive(1024);
  archive.add("evil/data.pkl", base::as_bytes(of_pickle));
  archive.add("evil/data/0", data);
  return archive.finish();
}

}  // namespace kennel::network::program
