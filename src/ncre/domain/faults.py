"""What can be wrong with what somebody sent: a code a fault, and the words that say what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as default
from enum import StrEnum
from typing import Final

from ncre.domain.language import Words


class FaultCode(StrEnum):
    """Faults of forms, then faults of photos (the photo's codes are those of the photo facts)."""

    REQUIRED = "REQUIRED"
    TOO_LONG = "TOO_LONG"
    CHOICE_UNKNOWN = "CHOICE_UNKNOWN"
    NAME_INVALID = "NAME_INVALID"
    DOCUMENT_FORM = "DOCUMENT_FORM"
    DOCUMENT_CHECKSUM = "DOCUMENT_CHECKSUM"
    DOCUMENT_AREA = "DOCUMENT_AREA"
    SEX_DISAGREES = "SEX_DISAGREES"
    BIRTH_INVALID = "BIRTH_INVALID"
    BIRTH_DISAGREES = "BIRTH_DISAGREES"
    MOBILE_INVALID = "MOBILE_INVALID"
    EMAIL_INVALID = "EMAIL_INVALID"
    POSTCODE_INVALID = "POSTCODE_INVALID"
    NOT_JPEG = "NOT_JPEG"
    BYTES_FEW = "BYTES_FEW"
    BYTES_MANY = "BYTES_MANY"
    BOMB = "BOMB"
    TRUNCATED = "TRUNCATED"
    PIXELS = "PIXELS"
    GREY = "GREY"
    ASPECT = "ASPECT"
    CMYK = "CMYK"


@dataclass(frozen=True)
class Fault:
    """What is wrong with one field; `particulars` fill the words of the code."""

    field: str
    code: FaultCode
    particulars: Mapping[str, str | int] = default(default_factory=dict)

    def say(self, language: str) -> str:
        return FAULT_WORDS[self.code].say(language, **self.particulars)


FAULT_WORDS: Final[Mapping[FaultCode, Words]] = {
    FaultCode.REQUIRED: Words("请填写{label}。", "Please fill in: {label_en}."),
    FaultCode.TOO_LONG: Words(
        "{label}最多 {most} 个字符，现在是 {count} 个。",
        "{label_en} may have at most {most} characters; this has {count}.",
    ),
    FaultCode.CHOICE_UNKNOWN: Words("请从列表中选择{label}。", "Please choose from the list: {label_en}."),
    FaultCode.NAME_INVALID: Words(
        "姓名应与证件一致，只能含汉字、字母、空格、“·”“'”“-”；打不出的字请用全拼代替。",
        "The name must be as on the document: characters, letters, spaces, “·”, “'” or “-”. "
        "Write a character you cannot type in pinyin.",
    ),
    FaultCode.DOCUMENT_FORM: Words(
        "{label}的号码应为{form}，请对照证件检查。",
        "A {label_en} number is {form_en}. Please compare it with the document.",
    ),
    FaultCode.DOCUMENT_CHECKSUM: Words(
        "证件号码的校验位不对，请逐位对照证件检查，最后一位可能是 X。",
        "The check digit does not fit. Compare the number digit by digit; the last one may be X.",
    ),
    FaultCode.DOCUMENT_AREA: Words(
        "证件号码开头的地区或出生日期不存在，请对照证件检查。",
        "The region or date of birth inside the number does not exist. Compare it with the document.",
    ),
    FaultCode.SEX_DISAGREES: Words(
        "性别与证件号码不一致（号码第 17 位表示{said}），请检查两处。",
        "The sex does not agree with the document number (its 17th digit says {said_en}). Check both.",
    ),
    FaultCode.BIRTH_INVALID: Words(
        "出生日期应为 8 位，例如 20060315，且不晚于今天。",
        "The date of birth is written with 8 digits, like 20060315, and not in the future.",
    ),
    FaultCode.BIRTH_DISAGREES: Words(
        "出生日期与证件号码不一致（号码中是 {said}），请检查两处。",
        "The date of birth does not agree with the document number (which says {said}). Check both.",
    ),
    FaultCode.MOBILE_INVALID: Words(
        "手机号码应为 11 位数字；境外号码请以“+”和国家代码开头。",
        "A mobile number has 11 digits; a foreign one begins with “+” and the country code.",
    ),
    FaultCode.EMAIL_INVALID: Words(
        "电子邮箱格式不对，例如 name@example.com。", "This is not an e-mail address, like name@example.com."
    ),
    FaultCode.POSTCODE_INVALID: Words("邮政编码应为 6 位数字。", "A postcode has 6 digits."),
    FaultCode.NOT_JPEG: Words(
        "文件不是 JPG 照片（改文件名不能改变格式），请用 JPG 格式保存后再上传。",
        "This file is not a JPEG picture (renaming does not make it one). Save it as JPEG and try again.",
    ),
    FaultCode.BYTES_FEW: Words(
        "照片文件只有 {bytes} 字节，不足 20 KB，请换更清晰的照片，建议 567×390 像素（高×宽）。",
        "The file has only {bytes} bytes, less than 20 KB. Use a clearer picture, about 567 by 390 pixels.",
    ),
    FaultCode.BYTES_MANY: Words(
        "照片文件有 {bytes} 字节，超过 200 KB，请压缩后再上传，建议 567×390 像素（高×宽）。",
        "The file has {bytes} bytes, more than 200 KB. Make it smaller, about 567 by 390 pixels.",
    ),
    FaultCode.BOMB: Words(
        "照片的内容异常，无法安全打开。请用手机或电脑重新另存为普通 JPG 后再上传。",
        "This picture cannot be opened safely. Save it again as an ordinary JPEG and try again.",
    ),
    FaultCode.TRUNCATED: Words(
        "照片文件不完整，可能没有传完。请重新保存后再上传。",
        "The picture is incomplete; it may have been cut off on its way. Save it again and try again.",
    ),
    FaultCode.PIXELS: Words(
        "照片是 {height}×{width} 像素（高×宽），最小为 192×144，请换更大的照片。",
        "The picture has {height} by {width} pixels; at least 192 by 144 are needed. Use a larger one.",
    ),
    FaultCode.GREY: Words(
        "照片是黑白的，请上传彩色证件照。", "The picture is black and white. Please use a colour photo."
    ),
    FaultCode.ASPECT: Words(
        "照片高宽比是 {ratio}，应约为 1.45（48:33 毫米）。请按证件照比例裁剪后再上传。",
        "Height to width is {ratio}; it should be about 1.45 (48 by 33 mm). Crop it like an ID photo.",
    ),
    FaultCode.CMYK: Words(
        "照片是印刷色彩（CMYK），已转换为屏幕色彩，请确认颜色正常。",
        "The picture was in print colours (CMYK) and has been converted. Check that it looks right.",
    ),
}
