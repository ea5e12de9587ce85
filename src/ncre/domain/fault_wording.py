"""What is said for each fault of something typed, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ncre.domain.bilingual import Bilingual
from ncre.domain.fault_codes import FaultCode

FAULT_WORDS: Final[Mapping[FaultCode, Bilingual]] = {
    FaultCode.REQUIRED: Bilingual("请填写{label}。", "Please fill in: {label_en}."),
    FaultCode.TOO_LONG: Bilingual(
        "{label}最多 {most} 个字符，现在是 {count} 个。",
        "{label_en} may have at most {most} characters; this has {count}.",
    ),
    FaultCode.CHOICE_UNKNOWN: Bilingual(
        "请从列表中选择{label}。", "Please choose from the list: {label_en}."
    ),
    FaultCode.NAME_INVALID: Bilingual(
        "姓名应与证件一致，以汉字或字母开头。只能含汉字、字母、空格、“·”“'”“-”，现在有“{letters}”；打不出的字请用全拼代替。",
        "The name must be as on the document: characters, letters, spaces, “·”, “'” or “-”, a letter first "
        "(this has “{letters}”). Write a character you cannot type in pinyin.",
    ),
    FaultCode.DOCUMENT_FORM: Bilingual(
        "{label}的号码应为{form}，请对照证件检查。",
        "A {label_en} number is {form_en}. Please compare it with the document.",
    ),
    FaultCode.DOCUMENT_CHECKSUM: Bilingual(
        "证件号码的校验位不对，请逐位对照证件检查，最后一位可能是 X。",
        "The check digit does not fit. Compare the number digit by digit; the last one may be X.",
    ),
    FaultCode.DOCUMENT_AREA: Bilingual(
        "证件号码开头的地区或出生日期不存在，请对照证件检查。",
        "The region or date of birth inside the number does not exist. Compare it with the document.",
    ),
    FaultCode.DOCUMENT_NOT_ACCEPTED: Bilingual(
        "本次考试不接受这种证件，请选用：{kinds}。",
        "This exam does not accept this type of document. Use one of: {kinds_en}.",
    ),
    FaultCode.ETHNICITY_FOREIGN: Bilingual(
        "这种证件的持有人是中国公民，请按证件选择民族，不选“外国籍”。",
        "Holders of this document are Chinese citizens. Choose the ethnic group on the document.",
    ),
    FaultCode.SEX_DISAGREES: Bilingual(
        "性别与证件号码不一致（号码第 17 位表示{said}），请检查两处。",
        "The sex does not agree with the document number (its 17th digit says {said_en}). Check both.",
    ),
    FaultCode.BIRTH_INVALID: Bilingual(
        "出生日期应为 8 位，例如 20060315，且不晚于今天。",
        "The date of birth is written with 8 digits, like 20060315, and not in the future.",
    ),
    FaultCode.BIRTH_DISAGREES: Bilingual(
        "出生日期与证件号码不一致（号码中是 {said}），请检查两处。",
        "The date of birth does not agree with the document number (which says {said}). Check both.",
    ),
    FaultCode.MOBILE_INVALID: Bilingual(
        "手机号码应为 11 位数字；境外号码请以“+”和国家代码开头。",
        "A mobile number has 11 digits; a foreign one begins with “+” and the country code.",
    ),
    FaultCode.MOBILE_COUNTRY: Bilingual(
        "这里只能使用 {codes} 的手机号，请换一个号码，或用邮箱。",
        "Only mobile numbers of {codes_en} can be used here. Use another number, or an e-mail address.",
    ),
    FaultCode.EMAIL_INVALID: Bilingual(
        "请填写有效的邮箱地址，例如 name@example.com。",
        "This is not an e-mail address, like name@example.com.",
    ),
    FaultCode.EMAIL_HIDDEN: Bilingual(
        "邮箱中有看不见的字符（常由复制带入），请重新手工输入。",
        "There are characters in the address that cannot be seen; copying brings them. Type it by hand.",
    ),
    FaultCode.EMAIL_NOT_BARE: Bilingual(
        "请只填写一个邮箱地址，例如 name@example.com。不带姓名、引号、括号、逗号或分号。",
        "Give one bare address without name, quotes, brackets, commas or semicolons, like name@example.com.",
    ),
    FaultCode.EMAIL_LOCAL: Bilingual(
        "邮箱“@”前只能是英文字母、数字和符号，请检查有没有混入其他文字的相似字母。",
        "Before the “@” there are only English letters, digits and signs. Look for letters of another script.",
    ),
    FaultCode.EMAIL_MIXED: Bilingual(
        "邮箱“@”后的域名混用了不同文字的相似字母，请用英文键盘重新输入。",
        "The domain after the “@” mixes letters of different scripts that look alike. Type it again.",
    ),
    FaultCode.POSTCODE_INVALID: Bilingual("邮政编码应为 6 位数字。", "A postcode has 6 digits."),
    FaultCode.NOT_JPEG: Bilingual(
        "文件不是 JPG 照片（改文件名不能改变格式），请用 JPG 格式保存后再上传。",
        "This file is not a JPEG photo (renaming does not make it one). Save it as JPEG and try again.",
    ),
    FaultCode.BYTES_FEW: Bilingual(
        "照片文件只有 {size}，至少要有 20 KB。请换更清晰的照片，建议 567×390 像素（高×宽）。",
        "The file has only {size}; it needs at least 20 KB. Use a clearer photo, about 567 by 390 pixels.",
    ),
    FaultCode.BYTES_MANY: Bilingual(
        "照片文件有 {size}，最多 200 KB。请压缩后再上传，建议 567×390 像素（高×宽）。",
        "The file has {size}; at most 200 KB are allowed. Make it smaller, about 567 by 390 pixels.",
    ),
    FaultCode.BYTES_HUGE: Bilingual(
        "照片文件有 {size}，系统最多能处理 10 MB。请在手机上选择较小的尺寸或截图后再上传，系统会帮您裁剪。",
        "The file has {size}; at most 10 MB can be worked on. Send a smaller size of it and it will be cropped for you.",
    ),
    FaultCode.PIXELS_MANY: Bilingual(
        "照片的像素太多，系统处理不了（JPG 最多 1.5 亿像素，其他格式最多 5000 万）。请选择较小的尺寸后再上传。",
        "The photo has too many pixels (at most 150 million in a JPEG, 50 million in other formats). Send a "
        "smaller size of it.",
    ),
    FaultCode.BOMB: Bilingual(
        "照片的内容异常，无法安全打开。请用手机或电脑重新另存为普通 JPG 后再上传。",
        "This photo cannot be opened safely. Save it again as an ordinary JPEG and try again.",
    ),
    FaultCode.TRUNCATED: Bilingual(
        "照片文件不完整，可能没有传完。请重新保存后再上传。",
        "The photo is incomplete; it may have been cut off on its way. Save it again and try again.",
    ),
    FaultCode.PIXELS: Bilingual(
        "照片是 {height}×{width} 像素（高×宽），最小为 192×144，请换更大的照片。",
        "The photo has {height} by {width} pixels; at least 192 by 144 are needed. Use a larger one.",
    ),
    FaultCode.GREY: Bilingual(
        "照片是黑白的，请上传彩色证件照。", "The photo is black and white. Please use a colour photo."
    ),
    FaultCode.ASPECT: Bilingual(
        "照片高宽比是 {ratio}，应约为 1.45（48:33 毫米）。请按证件照比例裁剪后再上传。",
        "Height to width is {ratio}; it should be about 1.45 (48 by 33 mm). Crop it like an ID photo.",
    ),
    FaultCode.CMYK: Bilingual(
        "照片是印刷色彩（CMYK），已转换为屏幕色彩，请确认颜色正常。",
        "The photo was in print colours (CMYK) and has been converted. Check that it looks right.",
    ),
    FaultCode.NOFACE: Bilingual(
        "照片中没有找到人脸，请上传本人近期正面免冠证件照。",
        "No face was found. Use a recent photo of yourself, from the front and without a hat.",
    ),
    FaultCode.MULTI: Bilingual(
        "照片中不止一个人，请上传只有本人的照片。",
        "There is more than one person in the photo. Use one of yourself alone.",
    ),
    FaultCode.ROT90: Bilingual(
        "照片向左侧倒了（逆时针 90 度），请转正。", "The photo lies on its left side. Turn it upright."
    ),
    FaultCode.ROT180: Bilingual("照片上下颠倒了，请转正。", "The photo is upside down. Turn it upright."),
    FaultCode.ROT270: Bilingual(
        "照片向右侧倒了（顺时针 90 度），请转正。", "The photo lies on its right side. Turn it upright."
    ),
    FaultCode.UPRIGHT: Bilingual(
        "无法判断照片的方向，请确认照片是正立的。",
        "It cannot be told which way is up. Make sure that the photo stands upright.",
    ),
    FaultCode.TOP: Bilingual(
        "头顶上方留白占 {top_share}，应约为十分之一（5%–15%，最多放宽到 2%–20%）。请在头顶上方留出适当空白。",
        "{top_share} of the height is free above the head; it should be about a tenth (5-15%, at the most 2-20%).",
    ),
    FaultCode.HEAD: Bilingual(
        "头部（头顶到下巴）占照片高度的 {head_share}，应约为十分之七（65%–75%，最多放宽到 60%–80%）。请靠近或离远一些再拍，或裁剪。",
        "The head takes {head_share} of the height from crown to chin; it should be about 7/10 (65-75%, at the most 60-80%). "
        "Come closer, step back, or crop.",
    ),
    FaultCode.SHOULDER: Bilingual(
        "下巴以下占照片高度的 {shoulders_share}，应约为五分之一（14%–26%，最多放宽到 10%–32%）。请让肩部适当入镜。",
        "{shoulders_share} of the height is below the chin; it should be about a fifth (14-26%, at the most 10-32%).",
    ),
    FaultCode.CENTRE: Bilingual(
        "头部不在左右居中的位置（中线在 {centre_share} 处，应为 45%–55%，最多放宽到 40%–60%）。请居中拍摄或裁剪。",
        "The head is not in the middle (its centre is at {centre_share} of the width; 45-55% is best, 40-60% the limit).",
    ),
    FaultCode.ROLL: Bilingual(
        "头部歪斜 {roll_degrees}，最好在 6° 以内，不得超过 12°。请把头摆正再拍。",
        "The head leans by {roll_degrees}; up to 6° is good, 12° is the limit. Hold it straight.",
    ),
    FaultCode.YAW: Bilingual(
        "脸部侧转约 {yaw_degrees}，应为正面，最好在 15° 以内，不得超过 26°。请正对镜头再拍。",
        "The face is turned by about {yaw_degrees}; it should face the camera: up to 15° is good, 26° is the limit.",
    ),
    FaultCode.SIDES: Bilingual(
        "头部（含头发）两侧留白较少，建议左右各留约十分之一。",
        "There is little room beside the head and hair; about a tenth on each side is best.",
    ),
    FaultCode.TINTED: Bilingual(
        "照片像是单一色调，请确认颜色正常。", "The photo seems to have a single hue. Check its colours."
    ),
    FaultCode.BLUR: Bilingual(
        "照片看起来不够清晰，请确认五官清楚。", "The photo looks blurred. Check that the face is sharp."
    ),
    FaultCode.DARK: Bilingual(
        "面部光线偏暗，请确认看得清楚，建议在明亮、均匀的光线下拍摄。",
        "The light on the face is low. Make sure that it can be seen well; even, bright light is best.",
    ),
    FaultCode.BRIGHT: Bilingual(
        "面部光线过亮，请确认五官清楚。",
        "The light on the face is very strong. Check that it can be seen well.",
    ),
    FaultCode.BG: Bilingual(
        "背景可能不够单纯，建议使用纯色背景。", "The background may not be plain; a plain one is best."
    ),
    FaultCode.EYES: Bilingual("眼部可能被遮挡（如墨镜）。", "The eyes may be covered, as by dark glasses."),
    FaultCode.SHADOW: Bilingual(
        "面部左右明暗差别较大。", "One half of the face is much darker than the other."
    ),
    FaultCode.CROWN: Bilingual(
        "头顶的位置测不准，可能是头巾、帽子、较高的头发，或者头发与背景颜色相近。因宗教或健康原因戴的头巾可以保留，请确认头顶完整入镜。",
        "The top of the head cannot be measured: a headscarf or hat, high hair, or hair of the background's "
        "colour. Headwear worn for religion or health may stay; make sure that the top of the head is in the "
        "photo.",
    ),
    FaultCode.FACES: Bilingual(
        "画面中可能还有一张较小的人脸，请确认照片中只有本人。",
        "There may be a smaller face in the photo. Make sure that nobody else is in it.",
    ),
    FaultCode.MOUTH: Bilingual("嘴可能张开。", "The mouth may be open."),
    FaultCode.CROP_NO_FACE: Bilingual(
        "没有找到人脸，无法自动裁剪。请换一张正面照片。",
        "No face was found, so nothing can be cropped. Please use one from the front.",
    ),
    FaultCode.CROP_ABOVE: Bilingual(
        "头顶上方没有足够的空间。请退后一步，在头顶上方多留一些再拍。",
        "There is not enough room above the head. Step back and leave more space above it.",
    ),
    FaultCode.CROP_BELOW: Bilingual(
        "下巴以下没有足够的空间。请退后一步，让肩部入镜。",
        "There is not enough room below the chin. Step back so that the shoulders are in the photo.",
    ),
    FaultCode.CROP_BESIDE: Bilingual(
        "头部两侧没有足够的空间。请退后一步，居中拍摄。",
        "There is not enough room beside the head. Step back and stay in the middle.",
    ),
    FaultCode.CROP_SMALL: Bilingual(
        "人像太小，裁剪后不清晰。请靠近一些，或用更高像素拍摄。",
        "The head is too small to crop sharply. Come closer, or use a photo with more pixels.",
    ),
    FaultCode.CROP_STRAIGHT: Bilingual(
        "头部歪斜，转正后画面不够。请把头摆正再拍。",
        "The head leans, and set straight the photo is not large enough. Hold it straight.",
    ),
}
