"""Makes the image fixtures of @mss/cda-pdf with Pillow: python3 tooling/testdata/cda-pdf/make-images.py"""
from pathlib import Path

from PIL import Image, ImageDraw

here = Path(__file__).parent


def picture(mode, size=(48, 32)):
    """A frame, a diagonal and a filled corner: every rotation and mirroring looks different."""
    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, size[0] - 1, size[1] - 1), outline="black")
    draw.line((0, 0, size[0], size[1]), fill=(180, 30, 30))
    draw.rectangle((3, 3, 14, 9), fill=(30, 60, 160))
    return image.convert(mode)


def transparent(mode):
    image = picture("RGBA")
    alpha = Image.new("L", image.size, 255)
    ImageDraw.Draw(alpha).rectangle((24, 16, 47, 31), fill=0)
    ImageDraw.Draw(alpha).rectangle((0, 16, 23, 31), fill=128)
    image.putalpha(alpha)
    return image.convert(mode)


picture("RGB").save(here / "rgb.png")
picture("L").save(here / "grey.png")
picture("1").save(here / "bilevel.png")
picture("P").save(here / "palette.png")
transparent("RGBA").save(here / "alpha.png")
transparent("LA").save(here / "grey-alpha.png")
key = picture("RGB")
key.save(here / "colour-key.png", transparency=(255, 255, 255))
Image.new("I;16", (8, 8), 40000).save(here / "grey16.png")

picture("RGB").save(here / "rgb.jpg", quality=90)
picture("L").save(here / "grey.jpg", quality=90)
picture("RGB").save(here / "progressive.jpg", quality=90, progressive=True)
picture("CMYK").save(here / "cmyk.jpg", quality=90)
exif = Image.Exif()
exif[0x0112] = 6
picture("RGB").save(here / "turned.jpg", quality=90, exif=exif)

scan = picture("1", (200, 280))
scan.save(here / "scan-g4.tiff", compression="group4")
picture("RGB").save(here / "rgb-lzw.tiff", compression="tiff_lzw")
scan.save(here / "two-pages.tiff", compression="group4", save_all=True, append_images=[picture("1", (200, 280)).transpose(Image.Transpose.FLIP_TOP_BOTTOM)])
