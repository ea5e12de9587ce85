"""How the rules of a photo are named, and how a measured number is written, for candidates and staff alike.

A number is written with as many digits as keep it on its side of the limit that stands beside it.
"""

from __future__ import annotations

from math import isinf
from typing import Final

from ncre.domain.bilingual import Bilingual
from ncre.domain.photo.rules import BANDS, Band, Facts, RuleLevel
from ncre.domain.photo.verdict import RuleResult

RULE_WORDS: Final[dict[str, Bilingual]] = {
    "not_jpeg": Bilingual("JPG 格式", "JPEG format"),
    "bomb": Bilingual("可以安全打开", "Can be opened safely"),
    "pixels_many": Bilingual("像素不过多", "Not too many pixels"),
    "truncated": Bilingual("文件完整", "The file is complete"),
    "upright": Bilingual("照片正立", "Stands upright"),
    "face": Bilingual("有人脸", "A face is found"),
    "others": Bilingual("只有本人", "Nobody else"),
    "bytes_few": Bilingual("文件不小于 20 KB", "At least 20 KB"),
    "bytes_many": Bilingual("文件不大于 200 KB", "At most 200 KB"),
    "bytes_huge": Bilingual("文件不大于 10 MB", "At most 10 MB"),
    "height": Bilingual("高至少 192 像素", "At least 192 pixels high"),
    "width": Bilingual("宽至少 144 像素", "At least 144 pixels wide"),
    "chroma": Bilingual("彩色照片", "In colour"),
    "aspect": Bilingual("高宽比约 1.45", "Height to width about 1.45"),
    "crown": Bilingual("看得出头顶", "The top of the head can be told"),
    "top": Bilingual("头部上方空 1/10", "1/10 above the head"),
    "head": Bilingual("头部占 7/10", "Head 7/10"),
    "shoulders": Bilingual("肩部占 1/5", "Shoulders 1/5"),
    "centre": Bilingual("左右居中", "In the middle"),
    "roll": Bilingual("头部端正", "Head straight"),
    "yaw": Bilingual("正面", "From the front"),
    "side_left": Bilingual("左侧空 1/10", "1/10 on the left"),
    "side_right": Bilingual("右侧空 1/10", "1/10 on the right"),
    "tint": Bilingual("颜色自然", "Natural colours"),
    "sharpness": Bilingual("清晰", "Sharp"),
    "background": Bilingual("背景单纯", "Plain background"),
    "edges": Bilingual("背景无杂物", "Nothing in the background"),
    "light": Bilingual("面部不过亮", "Face not too bright"),
    "glare": Bilingual("面部无反光", "No glare on the face"),
    "shadow": Bilingual("面部光线均匀", "Even light on the face"),
    "small_faces": Bilingual("没有别的人脸", "No other face"),
    "mouth": Bilingual("嘴闭合", "Mouth closed"),
    "dark": Bilingual("面部光线充足", "Enough light on the face"),
    "eyes": Bilingual("眼部无遮挡", "Eyes not covered"),
    "colours": Bilingual("屏幕色彩", "Screen colours"),
}

LEVEL_WORDS: Final[dict[RuleLevel, Bilingual]] = {
    RuleLevel.PASSED: Bilingual("通过", "passed"),
    RuleLevel.WARNED: Bilingual("提醒", "warning"),
    RuleLevel.REFUSED: Bilingual("不符合", "refused"),
    RuleLevel.STAFF: Bilingual("供考点参考", "hint for staff"),
    RuleLevel.UNMEASURED: Bilingual("未测量，由考点判断", "not measured, left to the site"),
}


def measured_words(check: RuleResult, language: str) -> str:
    """The measured value and what it should be; "" where a number would tell nobody anything."""
    band, value = check.band, check.value
    if band is None or value is None or band.unit in ("", "grey"):
        return ""
    low, high = band.green
    if isinf(high) or (band.unit == "share" and high == 1):
        wanted = f"≥ {_limit(low, band)}"
    elif low in (0, -high):
        wanted = f"≤ {_limit(high, band)}"
    else:
        wanted = f"{_limit(low, band)}–{_limit(high, band)}"
    return Bilingual("{value}（应为 {wanted}）", "{value} (should be {wanted})").say(
        language, value=_written(value, band.measure), wanted=wanted
    )


def photo_particulars(measured: Facts) -> dict[str, str]:
    """The measured numbers as the words of the codes say them."""
    return {
        _NAMES.get(band.unit, "{}").format(band.measure): _written(value, band.measure)
        for band in BANDS.values()
        if isinstance(value := measured.get(band.measure), int | float)
    }


_NAMES: Final = {"share": "{}_share", "degrees": "{}_degrees", "ratio": "ratio", "bytes": "size"}


def _written(value: float, measure: str) -> str:
    """The value with the fewest digits that leave it where it is: within, near or beyond each limit."""
    bands = [band for band in BANDS.values() if band.measure == measure]
    scale, sign, digits = _scale(value, bands[0].unit)
    for more in range(4):
        rounded = round(value / scale, digits + more)
        if all(band.level(rounded * scale) is band.level(value) for band in bands):
            break
    return f"{abs(rounded):.{digits + more}f}".removesuffix(".0") + sign


def _limit(value: float, band: Band) -> str:
    scale, sign, digits = _scale(value, band.unit)
    return f"{abs(value / scale):.{digits}f}".removesuffix(".0") + sign


def _scale(value: float, unit: str) -> tuple[float, str, int]:
    """What a value is divided by, what is written behind it, and its digits.

    "20KB-200KB" is read generously on both sides: 20 KB of 1000 bytes, 200 KB of 1024.
    """
    match unit:
        case "share":
            return 0.01, "%", 0
        case "degrees":
            return 1, "°", 0
        case "ratio":
            return 1, "", 2
        case "bytes" if value >= 1_000_000:
            return 1_000_000, " MB", 1
        case "bytes":
            return 1000 if value < 100_000 else 1024, " KB", 0
        case _:
            return 1, "", 0
