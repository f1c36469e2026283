"""What Pillow makes of the same pictures: the oracle of src/vision/tests/pillow_test.cpp.

vision_oracle.py FOLDER

Reads FOLDER/picture.ppm and FOLDER/resizes.txt (lines "name width height filter").
Writes FOLDER/<name>.ppm for every resize, and the picture in many formats and modes as
FOLDER/<format>.<extension>, each with Pillow's own decode of it in FOLDER/<format>.ppm. Takes every
FOLDER/photo_*.jpg through torchvision's Resize(256) and CenterCrop(224), as Pillow does them, into
FOLDER/photo_*.ppm.
"""

import io
import pathlib
import struct
import sys
import zlib

from PIL import Image, ImageOps

FILTERS = {
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}
ORIENTATION_TAG = 0x0112
# Adam7: the first column and row of each pass, and the steps between them.
ADAM7 = [
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
]


def to_upright_rgb(image):
    """8-bit RGB on white."""
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I;16"):
        return image.point(lambda value: value * (1 / 256)).convert("L").convert("RGB")
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        ground = Image.new("RGB", image.size, "white")
        ground.paste(image, mask=image.getchannel("A"))
        return ground
    return image.convert("RGB")


def exif_with_orientation(value):
    exif = Image.Exif()
    exif[ORIENTATION_TAG] = value
    return exif


def png_chunk(kind, payload):
    checksum = zlib.crc32(kind + payload)
    return struct.pack(">I", len(payload)) + kind + payload + struct.pack(">I", checksum)


def write_png(size, depth, color_type, rows_of_passes, interlaced):
    """A PNG by hand: Pillow writes neither interlaced ones nor 16-bit RGB."""
    header = struct.pack(">IIBBBBB", *size, depth, color_type, 0, 0, int(interlaced))
    data = b"".join(b"\0" + row for rows in rows_of_passes for row in rows)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(data)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(*chunk) for chunk in chunks)


def to_rows(image):
    raw, stride = image.tobytes(), len(image.tobytes()) // max(image.height, 1)
    return [raw[y * stride : (y + 1) * stride] for y in range(image.height)]


def interlaced_png(image, color_type):
    passes = []
    channels = len(image.getbands())
    for left, top, step_x, step_y in ADAM7:
        starts = [x * channels for x in range(left, image.width, step_x)]
        rows = to_rows(image)[top::step_y]
        passes.append([b"".join(row[at : at + channels] for at in starts) for row in rows])
    return write_png(image.size, 8, color_type, passes, True)


def sixteen_bit_png(image):
    rows = [bytes(byte for value in row for byte in (value, 255 - value)) for row in to_rows(image)]
    return write_png(image.size, 16, 2, [rows], False)


def saved(image, format_name, **options):
    target = io.BytesIO()
    image.save(target, format_name, **options)
    return target.getvalue()


def on_larger_screen(gif):
    """The same first frame, on a screen of 200 x 180."""
    return gif[:6] + struct.pack("<HH", 200, 180) + gif[10:]


def make_jpegs(picture):
    yield "jpeg_rgb.jpg", saved(picture, "JPEG", quality=90)
    yield "jpeg_444.jpg", saved(picture, "JPEG", quality=90, subsampling=0)
    yield "jpeg_progressive.jpg", saved(picture, "JPEG", progressive=True)
    yield "jpeg_gray.jpg", saved(picture.convert("L"), "JPEG")
    yield "jpeg_cmyk.jpg", saved(picture.convert("CMYK"), "JPEG")
    for value in range(1, 9):
        yield f"jpeg_exif{value}.jpg", saved(picture, "JPEG", exif=exif_with_orientation(value))


def make_pngs(picture, alpha):
    yield "png_rgb.png", saved(picture, "PNG")
    yield "png_rgba.png", saved(alpha, "PNG")
    yield "png_gray.png", saved(picture.convert("L"), "PNG")
    yield "png_gray_alpha.png", saved(alpha.convert("LA"), "PNG")
    yield "png_palette.png", saved(picture.quantize(64), "PNG")
    yield "png_palette_transparent.png", saved(picture.quantize(64), "PNG", transparency=3)
    yield "png_one_bit.png", saved(picture.convert("1"), "PNG")
    deep = picture.convert("L").convert("I").point(lambda value: value * 256 + 77).convert("I;16")
    yield "png_gray16.png", saved(deep, "PNG")
    yield "png_rgb16.png", sixteen_bit_png(picture)
    yield "png_interlaced.png", interlaced_png(picture, 2)
    yield "png_interlaced_alpha.png", interlaced_png(alpha, 6)
    yield "png_exif6.png", saved(picture, "PNG", exif=exif_with_orientation(6))


def make_webps(picture, alpha):
    yield "webp_lossy.webp", saved(picture, "WEBP", quality=80)
    yield "webp_lossless.webp", saved(picture, "WEBP", lossless=True)
    yield "webp_alpha.webp", saved(alpha, "WEBP", quality=80)
    yield "webp_exif8.webp", saved(picture, "WEBP", exif=exif_with_orientation(8))
    frames = [picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)]
    yield "webp_animated.webp", saved(picture, "WEBP", save_all=True, append_images=frames)


def make_gifs(picture):
    palette = picture.quantize(100)
    yield "gif_plain.gif", saved(palette, "GIF", interlace=0)
    yield "gif_interlaced.gif", saved(palette, "GIF", interlace=1)
    yield "gif_transparent.gif", saved(palette, "GIF", transparency=5)
    yield "gif_gray.gif", saved(picture.convert("L"), "GIF")
    frames = [picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT).quantize(100)]
    yield "gif_animated.gif", saved(palette, "GIF", save_all=True, append_images=frames)
    yield "gif_larger_screen.gif", on_larger_screen(saved(palette, "GIF", transparency=5))


def make_bmps(picture, alpha):
    yield "bmp_rgb.bmp", saved(picture, "BMP")
    yield "bmp_palette.bmp", saved(picture.quantize(64), "BMP")
    yield "bmp_gray.bmp", saved(picture.convert("L"), "BMP")
    yield "bmp_one_bit.bmp", saved(picture.convert("1"), "BMP")
    yield "bmp_rgba.bmp", saved(alpha, "BMP")


def write_formats(folder, picture):
    alpha = picture.copy()
    alpha.putalpha(Image.linear_gradient("L").resize(picture.size))
    makers = [make_jpegs(picture), make_pngs(picture, alpha), make_webps(picture, alpha)]
    makers += [make_gifs(picture), make_bmps(picture, alpha)]
    for name, content in (made for maker in makers for made in maker):
        (folder / name).write_bytes(content)
        with Image.open(io.BytesIO(content)) as image:
            to_upright_rgb(image).save((folder / name).with_suffix(".ppm"))


def write_resizes(folder, picture):
    for line in (folder / "resizes.txt").read_text().splitlines():
        name, width, height, filter_name = line.split()
        resized = picture.resize((int(width), int(height)), FILTERS[filter_name])
        resized.save(folder / f"{name}.ppm")


def transformed(photo):
    """Resize(256) and CenterCrop(224), with torchvision's roundings."""
    shorter = min(photo.size)
    photo = photo.resize([int(256 * side / shorter) for side in photo.size], FILTERS["bilinear"])
    left, top = (round((side - 224) / 2) for side in photo.size)
    return photo.crop((left, top, left + 224, top + 224))


def write_transforms(folder):
    for path in folder.glob("photo_*.jpg"):
        with Image.open(path) as photo:
            transformed(photo.convert("RGB")).save(path.with_suffix(".ppm"))


def main():
    folder = pathlib.Path(sys.argv[1])
    picture = Image.open(folder / "picture.ppm")
    write_resizes(folder, picture)
    write_formats(folder, picture)
    write_transforms(folder)


main()
