"""Draws the seeds of decode_fuzz: make_decode_corpus.py FOLDER (needs Pillow).

Small pictures in every format and mode that the decoders know. The seeds are committed; run this
only to add one.
"""

import io
import pathlib
import sys

from PIL import Image, ImageDraw

ORIENTATION_TAG = 0x0112


def draw():
    picture = Image.linear_gradient("L").resize((24, 18)).convert("RGB")
    pen = ImageDraw.Draw(picture)
    pen.ellipse((3, 2, 14, 13), fill=(200, 40, 30))
    pen.rectangle((12, 9, 22, 16), fill=(20, 90, 200))
    return picture


def exif(orientation):
    block = Image.Exif()
    block[ORIENTATION_TAG] = orientation
    return block


def make_seeds(picture):
    alpha = picture.copy()
    alpha.putalpha(Image.linear_gradient("L").resize(picture.size))
    flipped = picture.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    frames = {"save_all": True, "append_images": [flipped]}
    palette = picture.quantize(16)
    yield "baseline.jpg", picture, {}
    yield "progressive.jpg", picture, {"progressive": True}
    yield "restarts.jpg", picture, {"restart_marker_blocks": 1, "subsampling": 0}
    yield "gray.jpg", picture.convert("L"), {}
    yield "cmyk.jpg", picture.convert("CMYK"), {}
    yield "turned.jpg", picture, {"exif": exif(6)}
    yield "rgb.png", picture, {}
    yield "alpha.png", alpha, {}
    yield "gray_alpha.png", alpha.convert("LA"), {}
    yield "palette.png", palette, {"transparency": 2}
    yield "one_bit.png", picture.convert("1"), {}
    deep = picture.convert("L").convert("I").point(lambda value: value * 257)
    yield "sixteen_bit.png", deep.convert("I;16"), {}
    yield "turned.png", picture, {"exif": exif(8)}
    yield "lossy.webp", picture, {}
    yield "lossless.webp", picture, {"lossless": True}
    yield "alpha.webp", alpha, {"exif": exif(3)}
    yield "animated.webp", picture, frames
    yield "interlaced.gif", palette, {"interlace": 1}
    yield "transparent.gif", palette, {"transparency": 2, "interlace": 0}
    yield "animated.gif", palette, {"save_all": True, "append_images": [flipped.quantize(16)]}
    yield "rgb.bmp", picture, {}
    yield "palette.bmp", palette, {}
    yield "one_bit.bmp", picture.convert("1"), {}
    yield "alpha.bmp", alpha, {}


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, image, options in make_seeds(draw()):
        target = io.BytesIO()
        extension = pathlib.Path(name).suffix
        image.save(target, Image.registered_extensions()[extension], **options)
        (folder / name).write_bytes(target.getvalue())


main()
