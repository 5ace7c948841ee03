"""The region table and the rules by which a document's region is found."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

import pytest

from doc_miner.errors import LexiconError
from doc_miner.pipeline import default_miner
from doc_miner.regions import Region, RegionTable

TABLE = Path(__file__).parents[1] / "lexicons" / "regions.tsv"
HEADER = "code\tname\tlevel\tparent\tsince\tuntil\tformer\tnote"
ROWS = [line.split("\t") for line in TABLE.read_text(encoding="utf-8").splitlines()[1:]]


@pytest.fixture(scope="module")
def table() -> RegionTable:
    return RegionTable.load(TABLE)


def written(region: Region | None) -> str:
    """Return a region as the cases write it: code and the names from the province down."""
    if region is None:
        return "none"
    parts = (region.code, region.province, region.city, region.county)
    return " ".join(part or "-" for part in parts)


# title, issuer, head, body (the last ones may be left out), year, region
FOUND = [
    # The county stands in the title.
    (
        ["柳州市柳江区对义务教育督导检查意见的整改情况汇报"],
        2019,
        "450206 广西壮族自治区 柳州市 柳江区",
    ),
    (["西乡塘区义务教育均衡发展工作情况汇报"], 2017, "450107 广西壮族自治区 南宁市 西乡塘区"),
    (["融安县学校布局规划实施方案"], 2018, "450224 广西壮族自治区 柳州市 融安县"),
    (
        ["平凉市崆峒区人民政府对照市政府督导意见逐条整改崆峒区存在问题的报告"],
        None,
        "620802 甘肃省 平凉市 崆峒区",
    ),
    (["关于市政府督学组到访崆峒区人民政府督导履职的反馈意见"], 2023, "620802 甘肃省 平凉市 崆峒区"),
    (
        ["融政办发〔2018〕61 号融安县人民政府印发《融安县学校布局规划》"],
        2018,
        "450224 广西壮族自治区 柳州市 融安县",
    ),
    (["中共柳州市柳江区委办公室关于教育督导的通知"], 2019, "450206 广西壮族自治区 柳州市 柳江区"),
    (["融水苗族自治县义务教育均衡发展自评报告"], 2016, "450225 广西壮族自治区 柳州市 融水苗族自治县"),
    (["广西壮族自治区柳州市三江侗族自治县教育局工作汇报"], 2016, "450226 广西壮族自治区 柳州市 三江侗族自治县"),
    (["昆山市义务教育优质均衡发展工作汇报"], 2020, "320583 江苏省 苏州市 昆山市"),
    (["贵州省六盘水市六枝特区教育局整改报告"], 2015, "520203 贵州省 六盘水市 六枝特区"),
    (["平凉市人民政府关于崆峒区义务教育均衡发展情况的反馈意见"], 2023, "620802 甘肃省 平凉市 崆峒区"),
    (["甘肃省人民政府教育督导室对平凉市崆峒区的反馈意见"], 2023, "620802 甘肃省 平凉市 崆峒区"),
    (
        ["国家教育督导检查组对广西壮族自治区融安县义务教育均衡发展督导检查反馈意见"],
        2017,
        "450224 广西壮族自治区 柳州市 融安县",
    ),
    # Districts of a municipality and counties under their province have no city.
    (["北京市昌平区人民政府办公室关于加强学校美育工作的实施意见"], 2018, "110114 北京市 - 昌平区"),
    (["上海市浦东新区义务教育优质均衡发展自评报告"], 2021, "310115 上海市 - 浦东新区"),
    (["济源市人民政府关于义务教育均衡发展的报告"], 2015, "419001 河南省 - 济源市"),
    (["神农架林区义务教育均衡发展汇报"], 2015, "429021 湖北省 - 神农架林区"),
    (["石河子市义务教育均衡发展汇报"], 2015, "659001 新疆维吾尔自治区 - 石河子市"),
    # The year decides what a name meant.
    (["柳江县义务教育均衡发展工作汇报"], 2015, "450221 广西壮族自治区 柳州市 柳江县"),
    (["柳江县义务教育均衡发展工作汇报"], 1982, "452221 广西壮族自治区 柳州地区 柳江县"),
    (["柳江县义务教育均衡发展工作汇报"], 2016, "450221 广西壮族自治区 柳州市 柳江县"),
    (["柳江区义务教育均衡发展工作汇报"], 2016, "450206 广西壮族自治区 柳州市 柳江区"),
    (["柳江县义务教育均衡发展工作汇报"], 2019, "450206 广西壮族自治区 柳州市 柳江区"),
    (["柳江县义务教育均衡发展工作汇报"], None, "450221 广西壮族自治区 柳州市 柳江县"),
    (["柳江区义务教育均衡发展工作汇报"], 2014, "450206 广西壮族自治区 柳州市 柳江区"),
    (["赣县区人民政府教育督导整改报告"], 2016, "360704 江西省 赣州市 赣县区"),
    (["辉县市义务教育均衡发展汇报"], 2016, "410782 河南省 新乡市 辉县市"),
    (["忻县地区原平县教育工作汇报"], 1980, "142222 山西省 忻县地区 原平县"),
    (["重庆市大足县教育工作汇报"], 1997, "500225 重庆市 - 大足县"),
    (["重庆市大足县教育工作汇报"], 1996, "510230 四川省 重庆市 大足县"),
    (["海口市教育工作汇报"], 1995, "460100 海南省 海口市 -"),
    (["吴县教育志"], 2018, "320506 江苏省 苏州市 吴中区"),
    (["融安县普及九年义务教育汇报"], 1996, "452227 广西壮族自治区 柳州地区 融安县"),
    (["达县义务教育均衡发展汇报"], 2012, "511721 四川省 达州市 达县"),
    (["平凉市普及九年义务教育汇报"], 1998, "622701 甘肃省 平凉地区 平凉市"),
    (["襄樊市教育工作汇报"], 2009, "420600 湖北省 襄樊市 -"),
    (["襄樊市教育工作汇报"], 2015, "420600 湖北省 襄阳市 -"),
    # Shared names: the city or province beside them tells.
    (["南京市鼓楼区义务教育优质均衡发展汇报"], 2020, "320106 江苏省 南京市 鼓楼区"),
    (["开封市鼓楼区义务教育均衡发展汇报"], 2015, "410204 河南省 开封市 鼓楼区"),
    (["福建省鼓楼区义务教育均衡发展汇报"], 2015, "350102 福建省 福州市 鼓楼区"),
    (["鼓楼区义务教育优质均衡发展汇报", "徐州市鼓楼区人民政府"], 2020, "320302 江苏省 徐州市 鼓楼区"),
    (
        ["鼓楼区义务教育优质均衡发展汇报", "", "南京市人民政府教育督导室：现将情况报告如下"],
        2020,
        "320106 江苏省 南京市 鼓楼区",
    ),
    (["济南市市中区教育和体育局工作总结"], 2020, "370103 山东省 济南市 市中区"),
    (["长治市城区义务教育均衡发展自评报告"], 2015, "140402 山西省 长治市 城区"),
    (["晋城市城区义务教育均衡发展自评报告"], 2015, "140502 山西省 晋城市 城区"),
    (["关于朝阳区学位建设的汇报（北京市教育委员会）"], 2020, "110105 北京市 - 朝阳区"),
    # Names that need care, where they do stand as names.
    (["和县人民政府关于教育督导整改的报告"], 2020, "340523 安徽省 马鞍山市 和县"),
    (["马鞍山市和县义务教育均衡发展汇报"], 2020, "340523 安徽省 马鞍山市 和县"),
    (["成县义务教育均衡发展汇报"], 2020, "621221 甘肃省 陇南市 成县"),
    (["陇南市对成县义务教育的评估意见"], 2020, "621221 甘肃省 陇南市 成县"),
    (["会同县人民政府关于教育督导整改的报告"], 2020, "431225 湖南省 怀化市 会同县"),
    (["南昌市新建区义务教育汇报"], 2019, "360112 江西省 南昌市 新建区"),
    (["政和县义务教育均衡发展汇报"], 2020, "350725 福建省 南平市 政和县"),
    (["关于印发《海城市义务教育发展规划》的通知"], 2020, "210381 辽宁省 鞍山市 海城市"),
    (["融安县县域义务教育均衡发展规划"], 2018, "450224 广西壮族自治区 柳州市 融安县"),
    (["，融安县域义务教育优质均衡发展规划"], 2018, "450224 广西壮族自治区 柳州市 融安县"),
    # Later zones, in their order.
    (["整改情况报告", "柳州市柳江区人民政府"], 2019, "450206 广西壮族自治区 柳州市 柳江区"),
    (["整改情况报告", "", "柳州市人民政府：柳江区委、区政府高度重视。"], 2019, "450206 广西壮族自治区 柳州市 柳江区"),
    (
        ["整改情况报告", "", "我区高度重视。", "西乡塘区有学校118所。西乡塘区达标。"],
        2017,
        "450107 广西壮族自治区 南宁市 西乡塘区",
    ),
    (["关于落实甘肃省人民政府反馈意见的报告", "", "崆峒区义务教育学校128所。"], 2023, "620802 甘肃省 平凉市 崆峒区"),
    (
        ["整改情况报告", "", "崆峒区共有学校128所，学习宝鸡市陈仓区经验，崆峒区已整改。"],
        2023,
        "620802 甘肃省 平凉市 崆峒区",
    ),
    # Two counties: the title starts with the one that it is about.
    (["柳江区赴融安县考察义务教育的报告"], 2019, "450206 广西壮族自治区 柳州市 柳江区"),
    (["柳州市柳江区与平凉市崆峒区义务教育比较"], 2019, "450206 广西壮族自治区 柳州市 柳江区"),
    (["关于崆峒区学习柳江区经验、整改崆峒区问题的报告"], 2023, "620802 甘肃省 平凉市 崆峒区"),
]

# A city or a province, and no county.
BROAD = [
    (["平凉市人民政府办公室关于印发平凉市校园足球推广办法的通知"], 2017, "620800 甘肃省 平凉市 -"),
    (
        ["平凉市美育工作实施方案", "", "各县（区）人民政府：", "崆峒区、泾川县负责。崆峒区先行。崆峒区试点。"],
        2017,
        "620800 甘肃省 平凉市 -",
    ),
    (["南通市政府办公室印发《学校午餐管理办法》的通知"], 2018, "320600 江苏省 南通市 -"),
    (["山西省人民政府办公厅关于印发山西省中小学校舍管理办法的通知"], 2017, "140000 山西省 - -"),
    (["山西省义务教育工作汇报", "", "", "襄垣县、襄垣县、襄垣县成效显著。"], 2017, "140000 山西省 - -"),
    (["2023年平凉市教育工作总结", "", "崆峒区先行"], 2023, "620800 甘肃省 平凉市 -"),
    (["上海市人民政府办公厅关于美育的实施意见"], 2016, "310000 上海市 - -"),
    (["# 重庆市教育督导条例"], 2015, "500000 重庆市 - -"),
    (["内蒙古自治区呼和浩特市教育工作汇报"], 2017, "150100 内蒙古自治区 呼和浩特市 -"),
    (["恩施土家族苗族自治州教育局关于督导的通知"], 2017, "422800 湖北省 恩施土家族苗族自治州 -"),
    (["美育工作实施意见", "烟台市人民政府办公室", "各县市区人民政府："], 2017, "370600 山东省 烟台市 -"),
    (["平凉市赴柳江区考察报告"], 2019, "620800 甘肃省 平凉市 -"),
    (["平凉市关于崆峒区和泾川县督导情况的通报"], 2023, "620800 甘肃省 平凉市 -"),
    (["大理市场监督管理局文件", "大理白族自治州教育局"], 2020, "532900 云南省 大理白族自治州 -"),
]

# Counties that the table does not list; cities that it does not list.
UNLISTED = [
    (["青岚县人民政府关于义务教育均衡发展的报告"], 2020, "- - - 青岚县"),
    (["临岳市青岚县落实国家督导检查反馈意见整改报告"], 2020, "- - 临岳市 青岚县"),
    (["平凉市青岚县教育局整改报告"], 2020, "- 甘肃省 平凉市 青岚县"),
    (["甘肃省临岳市青岚县创建义务教育优质均衡发展县实施方案"], 2020, "- 甘肃省 临岳市 青岚县"),
    (["天津市青岚区2020年义务教育工作汇报"], 2020, "- 天津市 - 青岚区"),
    (["整改报告", "临岳市青岚区人民政府"], 2020, "- - 临岳市 青岚区"),
    (["2020年青岚县教育工作总结"], 2020, "- - - 青岚县"),
    (["青岚县创建实施方案", "临岳市青岚县人民政府"], 2020, "- - 临岳市 青岚县"),
    (["青岚县创建实施方案", "平凉市人民政府"], 2020, "- 甘肃省 平凉市 青岚县"),
    (["云溪苗族自治县义务教育均衡发展汇报"], 2020, "- - - 云溪苗族自治县"),
    (["青岚县", "", "崆峒区经验交流。"], 2020, "- - - 青岚县"),
    (["临岳市鼓楼区义务教育均衡发展汇报"], 2020, "- - 临岳市 鼓楼区"),
    (["平凉市鼓楼区义务教育均衡发展汇报"], 2020, "- 甘肃省 平凉市 鼓楼区"),
    (["平凉市青山区人民政府关于整改情况的报告"], 2020, "- 甘肃省 平凉市 青山区"),
]

# Nothing that names a region.
NOTHING = [
    "全县义务教育均衡发展工作汇报",
    "我县教育督导整改报告",
    "我县落实反馈意见整改报告",
    "各县教育局工作安排",
    "本区创建义务教育优质均衡发展区实施方案",
    "城区义务教育学校建设规划",
    "主城区教育发展规划",
    "开发区教育局工作要点",
    "高新区教育局关于督导整改的报告",
    "新区教育工作总结",
    "柳东新区教育局工作总结",
    "经济技术开发区管委会关于教育的报告",
    "贫困县义务教育薄弱学校改造情况",
    "民族地区教育发展报告",
    "山区教育工作汇报",
    "偏远山区教育工作汇报",
    "示范区创建工作方案",
    "教育强县创建工作方案",
    "基本均衡县创建工作方案",
    "试点县教育改革方案",
    "学区教育联盟建设方案",
    "县域义务教育优质均衡发展督导评估办法",
    "自治县人民政府教育督导室工作规则",
    "关于推进全区教育督导工作的意见",
    "推进学区教育共同体建设",
    "对X区义务教育均衡发展督导评估意见的整改工作方案",
    "x市x区人民政府教育督导整改报告",
    "2019年县级教育督导工作报告",
]

# Sentences whose words only look like names.
LOOKALIKES = [
    "参与组建和县级骨干教师队伍",
    "市级和县级以上骨干教师",
    "按照方案要求和县域内中小学实际",
    "各市和县人民政府应当加强督导",
    "财政和县级配套资金",
    "财政和县人民政府的投入",
    "全面推开县级公立医院改革",
    "建成县域美育中心",
    "形成县、乡、村三级网络",
    "到达县城的学校",
    "新建县城学校3所",
    "，新建县直幼儿园2所",
    "教育局会同县财政局审核",
    "，会同县财政局、县人社局审核",
    "新增城市污水处理能力",
    "沿海城市和沿海城区",
    "新兴城市学校建设",
    "优化配置教育资源县域共享",
    "，资源县域内共享",
    "扎实创建平安县、平安校园",
    "教育、公安县直部门",
    "今天全县召开大会",
    "每一个美育示范县（市、区）",
    "城区、郊区和矿区学校",
    "开展校企合作市级试点",
    "扩大合作市场",
    "完善义务教育均衡县区复查",
    "河南市区学校",
    "云南山区学校",
    "新增城区学位",
    "东北林区学校",
    "旧城区改造、新城区开发",
    "通向山区的学校",
    "县长、区长是第一责任人",
    "安居乐业县域和谐",
    "深化区域协作",
    "普及十五年教育的新县镇",
    "语文县级教研活动",
    "提高县级统筹能力",
    "市中区域布局",
]

# Several regions fit.
AMBIGUOUS = [
    (["鼓楼区义务教育优质均衡发展汇报"], 2020, "none", 4),
    (["市中区教育和体育局工作总结"], 2020, "none", 4),
    (["关于柳江区和融安县督导情况的通报"], 2019, "none", 2),
    (["关于柳江区和融安县督导情况的通报", "广西壮族自治区教育厅"], 2019, "none", 2),
    (["转发广西壮族自治区教育厅通知", "", "柳江区和融安县"], 2019, "450000 广西壮族自治区 - -", 2),
    (["城区人民政府关于教育督导整改的报告"], 2015, "none", 5),
    (["整改报告", "", "柳江区与融安县结对。"], 2019, "none", 2),
    (["整改报告", "", "天津市河西区教育局、天津市和平区教育局"], 2020, "none", 2),
]

NATIONAL = [
    ["政府工作报告", "国务院", "现在，我代表国务院向大会作政府工作报告", "北京市、北京市、北京市、汶川县、汶川县"],
    ["政府工作报告", "", "——2019年3月5日在第十三届全国人民代表大会第二次会议上 国务院总理 李克强", "上海市、上海市"],
    ["教育督导条例", "", "2012年9月9日 中华人民共和国国务院令第624号公布", "北京市、北京市"],
    ["国务院关于统筹推进县域内城乡义务教育一体化改革发展的若干意见", "", "北京市", ""],
    ["教育部关于印发督导评估办法的通知", "", "各省：北京市、融安县", ""],
    ["新疆生产建设兵团办公厅关于做好校园足球推广工作的实施意见", "", "各师（市）", "石河子市、石河子市"],
]

LOOKED_UP = [
    ("柳江", ["450206", "450221"]),
    ("柳江区", ["450206"]),
    ("柳江县", ["450221", "450206"]),
    ("广西柳江", ["450206", "450221"]),
    ("广西 柳州市 柳江区", ["450206"]),
    ("450206", ["450206"]),
    ("452221", ["452221"]),
    ("西乡塘", ["450107"]),
    ("融水", ["450225"]),
    ("内蒙古", ["150000"]),
    ("平凉", ["620800"]),
    ("北京昌平", ["110114"]),
    ("江苏鼓楼", ["320106", "320302"]),
    ("徐州鼓楼区", ["320302"]),
    ("吉林", ["220000", "220200"]),
    ("和县", ["340523"]),
    ("朝阳", ["211300"]),
    ("襄樊", ["420600"]),
]


@pytest.mark.parametrize(("zones", "year", "expected"), FOUND + BROAD + UNLISTED)
def test_region_is_found(table: RegionTable, zones: list[str], year: int | None, expected: str) -> None:
    region, candidates = table.resolve(zones, year)
    assert (written(region), candidates) == (expected, ())


@pytest.mark.parametrize("title", NOTHING)
def test_title_without_a_name_gives_nothing(table: RegionTable, title: str) -> None:
    assert table.resolve([title, "", "", ""], 2020) == (None, ())
    assert table.resolve(["", title, "", ""], 2020) == (None, ())


@pytest.mark.parametrize("text", LOOKALIKES)
def test_lookalike_is_no_name(table: RegionTable, text: str) -> None:
    head = f"现将情况报告如下：{text}。"
    assert table.resolve(["工作报告", "", head, (head + "\n") * 5], 2020) == (None, ())
    assert table.resolve([f"关于{text}的报告"], 2011) == (None, ())


@pytest.mark.parametrize(("zones", "year", "expected", "count"), AMBIGUOUS)
def test_ambiguous_name_keeps_its_candidates(
    table: RegionTable, zones: list[str], year: int, expected: str, count: int
) -> None:
    region, candidates = table.resolve(zones, year)
    assert written(region) == expected
    assert len(candidates) == len(set(candidates)) == count


@pytest.mark.parametrize("zones", NATIONAL)
def test_national_document_has_no_region(table: RegionTable, zones: list[str]) -> None:
    assert table.resolve(zones, 2019) == (None, ())


@pytest.mark.parametrize(("name", "codes"), LOOKED_UP)
def test_lookup_gives_the_likeliest_first(table: RegionTable, name: str, codes: list[str]) -> None:
    assert [region.code for region in table.lookup(name)][: len(codes)] == codes


@pytest.mark.parametrize("name", ["", "柳", "999999", "青岚县", "县", "北京柳江", "教育局"])
def test_lookup_of_no_region_is_empty(table: RegionTable, name: str) -> None:
    assert table.lookup(name) == ()


def test_no_zones_and_empty_zones_give_nothing(table: RegionTable) -> None:
    assert table.resolve([], None) == (None, ())
    assert table.resolve(["", "", "", ""], 2020) == (None, ())


def test_table_has_the_official_counts_of_2024() -> None:
    assert Counter(row[2] for row in ROWS if not row[5]) == {"county": 2846, "city": 333, "province": 34}


def test_table_is_sorted_and_its_years_run_forward() -> None:
    keys = [(row[0], row[4]) for row in ROWS]
    assert keys == sorted(keys)
    assert all(not row[5] or (row[4] or "1980") < row[5] <= "2025" for row in ROWS)


def test_every_parent_existed_in_every_year() -> None:
    years: dict[str, set[int]] = {}
    for row in ROWS:
        years.setdefault(row[0], set()).update(range(int(row[4] or 1980), int(row[5] or 2025)))
    for row in ROWS:
        if row[3]:
            assert set(range(int(row[4] or 1980), int(row[5] or 2025))) <= years[row[3]], row


def test_every_name_resolves_by_itself_in_its_years(table: RegionTable) -> None:
    for code, name, level, _, since, until, _, note in ROWS[::7]:
        if level == "county" and note != "generic":
            for year in {int(since or 1980), int(until or 2025) - 1}:
                region, candidates = table.resolve([f"{name}人民政府"], year)
                assert code in {found.code for found in candidates or (region,) if found}, (code, name, year)


def test_every_former_name_is_a_name_of_the_table() -> None:
    names = {row[1] for row in ROWS}
    former = {entry.split(":")[0] for row in ROWS if row[6] for entry in row[6].split(";")}
    assert former <= names


@pytest.mark.parametrize(
    ("rows", "faults"),
    [
        (["110000\t北京市\tprovince"], ["2: 这一行不合格式：'110000\\t北京市\\tprovince'。"]),
        (["11\t北京市\tprovince\t\t\t\t\t"], ["2: 这一行不合格式：'11\\t北京市\\tprovince\\t\\t\\t\\t\\t'。"]),
        (
            ["110000\t北京市\tprovince\t\t\t\t\t", "110101\t东城区\tcounty\t120000\t\t\t\t"],
            ["3: 上级 '120000' 不在表中。"],
        ),
        (
            [
                "110000\t北京市\tprovince\t\t\t\t\t",
                "110101\t东城区\tcounty\t110000\t2010\t\t\t",
                "110101\t东城区\tcounty\t110000\t\t2010\t\t",
            ],
            ["4: 没有按 code、since 排序。"],
        ),
        (["110101\t东城区\tcounty\t\t\t\t\t"], ["2: 这一行不合格式：'110101\\t东城区\\tcounty\\t\\t\\t\\t\\t'。"]),
        (
            ["110000\t北京市\tprovince\t\t\t\t\tcareful"],
            ["2: 这一行不合格式：'110000\\t北京市\\tprovince\\t\\t\\t\\t\\tcareful'。"],
        ),
    ],
)
def test_broken_table_is_refused_with_every_fault(tmp_path: Path, rows: list[str], faults: list[str]) -> None:
    path = tmp_path / "regions.tsv"
    path.write_text("\n".join([HEADER, *rows, ""]), encoding="utf-8")
    with pytest.raises(LexiconError) as refusal:
        RegionTable.load(path)
    assert list(refusal.value.faults) == [f"{path.name}:{fault}" for fault in faults]


def test_wrong_header_missing_file_and_wrong_encoding_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "regions.tsv"
    with pytest.raises(LexiconError, match="读不了这个文件"):
        RegionTable.load(path)
    path.write_bytes("code\t北京市\n".encode("gb18030"))
    with pytest.raises(LexiconError, match="读不了这个文件"):
        RegionTable.load(path)
    path.write_text("code\tname\n", encoding="utf-8")
    with pytest.raises(LexiconError, match="首行应为"):
        RegionTable.load(path)


def test_long_hostile_text_is_read_in_time(table: RegionTable) -> None:
    start = time.perf_counter()
    table.resolve(["县" * 2000, "市区" * 1000, "区县市" * 1000, "城区和县市中区" * 1000], 2020)
    assert time.perf_counter() - start < 2


def test_a_county_of_no_table_lies_in_the_one_city_that_its_text_names() -> None:
    report = default_miner().mine_text("青岚县教育局关于全县义务教育工作情况的汇报\n青岚县人民政府位于广西壮族自治区柳州市北部。柳州市教育局多次到青岚县指导。\n")
    assert written(report.metadata.region) == "- 广西壮族自治区 柳州市 青岚县"


def test_of_two_cities_named_alike_none_is_taken() -> None:
    report = default_miner().mine_text("青岚县教育局关于全县义务教育工作情况的汇报\n青岚县人民政府组织校长到南宁市、柳州市学习。青岚县教育局总结经验。\n")
    assert report.metadata.region.city is None
