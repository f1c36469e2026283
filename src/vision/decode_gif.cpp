#include <fmt/format.h>
#include <gif_lib.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

#include "vision/decoders.h"

namespace kennel::vision {
namespace {

using base::ErrorKind;

int read_gif_bytes(GifFileType* gif, GifByteType* to, int count) {
  auto& rest = *static_cast<base::ByteView*>(gif->UserData);
  const std::size_t taken = std::min(rest.size(), static_cast<std::size_t>(count));
  std::copy_n(rest.begin(), taken, to);
  rest = rest.subspan(taken);
  return static_cast<int>(taken);
}

void close_gif(GifFileType* gif) { DGifCloseFile(gif, nullptr); }

using Gif = std::unique_ptr<GifFileType, void (*)(GifFileType*)>;

tl::unexpected<base::Error> fail_with(int code) {
  if (code == D_GIF_ERR_READ_FAILED || code == D_GIF_ERR_EOF_TOO_SOON) {
    return base::fail(ErrorKind::kCorrupt, "truncated: the file ends before the image does");
  }
  const char* reason = GifErrorString(code);
  return base::fail(ErrorKind::kCorrupt, reason != nullptr ? reason : "damaged");
}

// `rest` is read from and must outlive the result.
base::Result<Gif> open_gif(base::ByteView& rest) {
  int code = 0;
  Gif gif(DGifOpen(&rest, &read_gif_bytes, &code), &close_gif);
  if (gif == nullptr) return fail_with(code);
  return gif;
}

// Reads one extension; remembers which color it makes transparent, if it says so.
bool read_extension(const Gif& gif, std::optional<int>& transparent) {
  int kind = 0;
  GifByteType* block = nullptr;
  if (DGifGetExtension(gif.get(), &kind, &block) == GIF_ERROR) return false;
  while (block != nullptr) {
    GraphicsControlBlock control{};
    if (kind == GRAPHICS_EXT_FUNC_CODE &&
        DGifExtensionToGCB(block[0], block + 1, &control) == GIF_OK &&
        control.TransparentColor != NO_TRANSPARENT_COLOR) {
      transparent = control.TransparentColor;
    }
    if (DGifGetExtensionNext(gif.get(), &block) == GIF_ERROR) return false;
  }
  return true;
}

// Goes to the first frame. Its transparent color, if it has one.
base::Result<std::optional<int>> find_first_frame(const Gif& gif) {
  std::optional<int> transparent;
  while (true) {
    GifRecordType record = UNDEFINED_RECORD_TYPE;
    if (DGifGetRecordType(gif.get(), &record) == GIF_ERROR) return fail_with(gif->Error);
    if (record == IMAGE_DESC_RECORD_TYPE) break;
    if (record == TERMINATE_RECORD_TYPE) {
      return base::fail(ErrorKind::kCorrupt, "there is no image in the file");
    }
    if (!read_extension(gif, transparent)) return fail_with(gif->Error);
  }
  if (DGifGetImageDesc(gif.get()) == GIF_ERROR) return fail_with(gif->Error);
  return transparent;
}

// Where the rows of an interlaced frame belong, in the order in which they come.
std::vector<int> order_rows(int height, bool interlaced) {
  struct Pass {
    int first;
    int step;
  };
  constexpr std::array<Pass, 4> kInterlaced{{{0, 8}, {4, 8}, {2, 4}, {1, 2}}};
  constexpr std::array<Pass, 1> kPlain{{{0, 1}}};
  const std::span<const Pass> passes =
      interlaced ? std::span<const Pass>(kInterlaced) : std::span<const Pass>(kPlain);
  std::vector<int> rows;
  rows.reserve(static_cast<std::size_t>(height));
  for (const auto& [first, step] : passes) {
    for (int y = first; y < height; y += step) rows.push_back(y);
  }
  return rows;
}

void paint_row(base::ByteView indices, const ColorMapObject& colors, std::optional<int> transparent,
               std::uint8_t* rgb) {
  for (const std::uint8_t index : indices) {
    if (index != transparent && index < colors.ColorCount) {
      const GifColorType& color = colors.Colors[index];
      rgb[0] = color.Red;
      rgb[1] = color.Green;
      rgb[2] = color.Blue;
    }
    rgb += 3;
  }
}

base::Result<void> paint_frame(const Gif& gif, std::optional<int> transparent, Image& image) {
  const GifImageDesc& frame = gif->Image;
  const ColorMapObject* colors = frame.ColorMap != nullptr ? frame.ColorMap : gif->SColorMap;
  if (colors == nullptr) return base::fail(ErrorKind::kCorrupt, "there is no palette");
  base::Bytes indices(static_cast<std::size_t>(frame.Width));
  for (const int y : order_rows(frame.Height, frame.Interlace)) {
    if (DGifGetLine(gif.get(), indices.data(), frame.Width) == GIF_ERROR) {
      return fail_with(gif->Error);
    }
    const std::size_t start =
        static_cast<std::size_t>(frame.Top + y) * static_cast<std::size_t>(image.width) +
        static_cast<std::size_t>(frame.Left);
    paint_row(indices, *colors, transparent, image.pixels.data() + 3 * start);
  }
  return {};
}

}  // namespace

base::Result<Image> decode_gif(base::ByteView bytes, const DecodeBudget& budget) {
  KENNEL_TRY(const Gif gif, open_gif(bytes));
  KENNEL_TRY(const auto transparent, find_first_frame(gif));
  // A frame that sticks out of the screen makes the screen larger.
  const int width = std::max(gif->SWidth, gif->Image.Left + gif->Image.Width);
  const int height = std::max(gif->SHeight, gif->Image.Top + gif->Image.Height);
  KENNEL_TRY_VOID(check_output(width, height, 3, budget));
  if (gif->Image.Width == 0 || gif->Image.Height == 0) {
    return base::fail(ErrorKind::kCorrupt, "its first frame has no pixels");
  }
  Image image{.width = width, .height = height, .pixels = {}};
  image.pixels.assign(
      std::size_t{3} * static_cast<std::size_t>(width) * static_cast<std::size_t>(height), 0xFF);
  KENNEL_TRY_VOID(paint_frame(gif, transparent, image));
  return image;
}

}  // namespace kennel::vision
