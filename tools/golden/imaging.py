"""Writes fixtures/golden/imaging: what Pillow, torchvision and PyTorch make of small pictures and maps.

    python tools/golden/imaging.py

Run from the root of the repository with the versions in tools/requirements.txt. The pictures are
fixtures/images; everything random is seeded. Decoded pixels and resized pictures are kept as base64 of
8-bit RGB where they are small and as the SHA-256 of it where they are not; float maps as base64 of
little-endian float32. `preprocessing.json` keeps every 4999th value of each tensor.
"""

import base64
import hashlib
import io
import json
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps

# A CPU build of PyTorch lacks two operators that torchvision looks for on import.
stubs = torch.library.Library("torchvision", "DEF")
for name in ("nms", "qnms"):
    stubs.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
from torchvision import transforms  # noqa: E402
from torchvision.transforms import functional  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
IMAGES = ROOT / "fixtures" / "images"
OUTPUT = ROOT / "fixtures" / "golden" / "imaging"
FILTERS = {
    "nearest": Image.Resampling.NEAREST,
    "box": Image.Resampling.BOX,
    "bilinear": Image.Resampling.BILINEAR,
    "hamming": Image.Resampling.HAMMING,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}


def encoded(array: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()


def digest(image: Image.Image) -> str:
    return hashlib.sha256(image.tobytes()).hexdigest()


def photograph(name: str) -> Image.Image:
    return ImageOps.exif_transpose(Image.open(IMAGES / name)).convert("RGB")


def write(name: str, value: object) -> None:
    (OUTPUT / name).write_text(json.dumps(value, separators=(",", ":")) + "\n")


def decoding() -> None:
    """Small files of every kind, and the pixels that Pillow reads from them."""
    random = np.random.default_rng(20)
    picture = photograph("coffee.png").resize((30, 20), Image.Resampling.LANCZOS)
    colours = np.asarray(picture)
    alpha = random.integers(0, 256, (20, 30), dtype=np.uint8)
    wide = colours.astype(np.uint16) * 256 + random.integers(0, 256, colours.shape, dtype=np.uint16)
    files = {
        "rgb.jpg": (picture, {"quality": 90}),
        "progressive.jpg": (picture, {"quality": 90, "progressive": True, "subsampling": 0}),
        "grey.jpg": (picture.convert("L"), {"quality": 90}),
        "cmyk.jpg": (picture.convert("CMYK"), {"quality": 90}),
        "grey.png": (picture.convert("L"), {}),
        "bilevel.png": (picture.convert("1"), {}),
        "palette.png": (picture.quantize(16), {}),
        "palette-transparent.png": (picture.quantize(16), {"transparency": 3}),
        "rgba.png": (Image.fromarray(np.dstack([colours, alpha])), {}),
        "grey-alpha.png": (Image.fromarray(np.dstack([colours[..., 0], alpha])), {}),
        "lossy.webp": (picture, {"quality": 80}),
        "lossless-alpha.webp": (
            Image.fromarray(np.dstack([colours, alpha])),
            {"lossless": True, "exact": True},
        ),
    }
    for orientation in range(2, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        files[f"exif-{orientation}.jpg"] = (picture, {"quality": 90, "exif": exif})
    exif = Image.Exif()
    exif[0x0112] = 6
    files["exif-6.png"] = (picture, {"exif": exif})
    files["exif-6.webp"] = (picture, {"lossless": True, "exif": exif})
    files["other-profile.jpg"] = (picture, {"quality": 90, "icc_profile": swapped_primaries()})

    expected = {}
    for name, (image, options) in files.items():
        image.save(OUTPUT / "decode" / name, **options)
        expected[name] = pillow_pixels((OUTPUT / "decode" / name).read_bytes())

    for name, array in {"grey16.png": wide[..., 1], "rgb16.png": wide}.items():
        data = png16(array)
        (OUTPUT / "decode" / name).write_bytes(data)
        if array.ndim == 3:
            expected[name] = pillow_pixels(data)
        else:
            # Pillow saturates 16-bit grey to white; the reference is the high byte, as it takes it in colour.
            high = (array >> 8).astype(np.uint8)
            expected[name] = {"width": 30, "height": 20, "pixels": encoded(np.dstack([high] * 3))}
    write("decode.json", expected)


def swapped_primaries() -> bytes:
    """A colour profile that would change the picture visibly: sRGB with the red and green primaries exchanged."""
    from PIL import ImageCms

    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[24:36] = bytes(12)  # The time of its making, which would change the file with every run.
    red, green = profile.index(b"rXYZ", 128), profile.index(b"gXYZ", 128)
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    return bytes(profile)


def pillow_pixels(data: bytes) -> dict:
    image = ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")
    return {"width": image.width, "height": image.height, "pixels": encoded(np.asarray(image))}


def png16(array: np.ndarray) -> bytes:
    """Pillow cannot write 16-bit colour."""
    import struct
    import zlib

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    height, width = array.shape[:2]
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in array)
    header = struct.pack(">IIBBBBB", width, height, 16, 2 if array.ndim == 3 else 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def resizing() -> None:
    random = np.random.default_rng(21)
    noise = Image.fromarray(random.integers(0, 256, (17, 23, 3), dtype=np.uint8))
    extremes = Image.fromarray(random.integers(0, 2, (17, 23, 3), dtype=np.uint8) * 255)
    small = []
    for label, source in {"noise": noise, "extremes": extremes}.items():
        for width, height in [(40, 9), (7, 31), (23, 5), (6, 17), (1, 1), (20, 10), (20, 11)]:
            for name, filter in FILTERS.items():
                resized = source.resize((width, height), filter)
                small.append(
                    {
                        "source": label,
                        "width": width,
                        "height": height,
                        "filter": name,
                        "pixels": encoded(np.asarray(resized)),
                    }
                )
    photographs = []
    for source in ["chelsea.png", "coffee.png", "rocket.jpg"]:
        for width, height in [(64, 48), (224, 224), (301, 200), (440, 90), (900, 640)]:
            for name, filter in FILTERS.items():
                resized = photograph(source).resize((width, height), filter)
                photographs.append(
                    {"source": source, "width": width, "height": height, "filter": name, "sha256": digest(resized)}
                )
    write(
        "resize.json",
        {
            "sources": {
                "width": 23,
                "height": 17,
                "noise": encoded(np.asarray(noise)),
                "extremes": encoded(np.asarray(extremes)),
            },
            "small": small,
            "photographs": photographs,
        },
    )


def resizing_alpha() -> None:
    """Pictures with alpha, whose colours Pillow weighs with it."""
    random = np.random.default_rng(22)
    pixels = random.integers(0, 256, (9, 13, 4), dtype=np.uint8)
    pixels[:3, :, 3] = 0
    pixels[3:5, :, 3] = 255
    picture = Image.fromarray(pixels, "RGBA")
    cases = []
    for width, height in [(5, 4), (13, 9), (20, 31), (3, 30), (13, 2)]:
        for name, resample in FILTERS.items():
            resized = np.asarray(picture.resize((width, height), resample))
            cases.append({"width": width, "height": height, "filter": name, "pixels": encoded(resized)})
    write("resize-alpha.json", {"width": 13, "height": 9, "pixels": encoded(pixels), "cases": cases})


def geometry() -> None:
    """torchvision's rounding: the size that a shorter side gives, and where a centre crop begins (negative: padding)."""
    random = np.random.default_rng(22)
    shorter = []
    for _ in range(60):
        width, height, length = (int(value) for value in random.integers(1, 1200, 3))
        new_height, new_width = functional._compute_resized_output_size((height, width), [length])
        shorter.append([width, height, length, new_width, new_height])
    crops = []
    for side in range(1, 12):
        for crop in range(1, 12):
            ramp = Image.fromarray(np.arange(1, side + 1, dtype=np.uint8)[None].repeat(side, 0))
            row = np.asarray(functional.center_crop(ramp, [crop, crop]))
            row = row[np.argmax(row.max(1) > 0)]
            first = int(np.argmax(row > 0))
            crops.append([side, crop, int(row[first]) - 1 - first])
    write("geometry.json", {"shorterSide": shorter, "centerCrop": crops})


def preprocessing() -> None:
    mean, std = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
    bilinear, bicubic = transforms.InterpolationMode.BILINEAR, transforms.InterpolationMode.BICUBIC
    cases = [
        (
            {"size": {"shortest_edge": 256}, "resample": 2, "crop_size": 224, "image_mean": mean, "image_std": std},
            [transforms.Resize(256, bilinear), transforms.CenterCrop(224)],
            (mean, std),
        ),
        (
            {"size": {"shortest_edge": 257}, "resample": 3, "crop_size": 224, "image_mean": mean, "image_std": std},
            [transforms.Resize(257, bicubic), transforms.CenterCrop(224)],
            (mean, std),
        ),
        (
            {"size": {"height": 192, "width": 224}, "resample": 3, "image_mean": [0.5] * 3, "image_std": [0.5] * 3},
            [transforms.Resize((192, 224), bicubic)],
            ([0.5] * 3, [0.5] * 3),
        ),
        (
            {"size": {"height": 28, "width": 28}, "resample": 2, "image_mean": [0.1307], "image_std": [0.3081]},
            [transforms.Grayscale(), transforms.Resize((28, 28), bilinear)],
            ([0.1307], [0.3081]),
        ),
    ]
    records = []
    for config, steps, (mean, std) in cases:
        for source in ["chelsea.png", "coffee.png", "rocket.jpg"]:
            picture = transforms.Compose(steps)(photograph(source))
            tensor = transforms.Normalize(mean, std)(transforms.ToTensor()(picture))
            records.append(
                {
                    "source": source,
                    "config": config,
                    "sha256": digest(picture.convert("RGB")),
                    "dims": [1, *tensor.shape],
                    "values": tensor.flatten()[::4999].tolist(),
                }
            )
    write("preprocessing.json", records)


def upsampling() -> None:
    torch.manual_seed(23)
    modes = {"nearest": "nearest-exact", "bilinear": "bilinear", "bicubic": "bicubic"}
    records = []
    for (height, width), size in [((7, 7), (31, 45)), ((5, 3), (12, 9)), ((1, 4), (6, 6)), ((9, 11), (4, 5))]:
        source = torch.randn(1, 1, height, width)
        for name, mode in modes.items():
            corners = {} if name == "nearest" else {"align_corners": False}
            target = torch.nn.functional.interpolate(source, size, mode=mode, **corners)
            records.append(
                {
                    "interpolation": name,
                    "from": [height, width],
                    "to": list(size),
                    "source": encoded(source.numpy()),
                    "target": encoded(target.numpy()),
                }
            )
    write("upsample.json", records)


if __name__ == "__main__":
    (OUTPUT / "decode").mkdir(parents=True, exist_ok=True)
    decoding()
    resizing()
    resizing_alpha()
    geometry()
    preprocessing()
    upsampling()
