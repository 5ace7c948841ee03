"""The table of rules: name, severity, function, Chinese title, an example that the rule finds and a counterexample that it leaves.

Severities: ``error`` the document contradicts itself or states what cannot be; ``warning`` a number is missing,
damaged or improbable; ``info`` the distance to a standard, or something left open. An example that begins with
``<`` is HTML. docs/audit.md holds the same table; the tests run every example.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from doc_miner.audit import (
    columns,
    counts,
    damage,
    doubts,
    echoes,
    goals,
    items,
    kinds,
    limits,
    movements,
    orders,
    parallels,
    parts,
    quantities,
    quoted,
    rates,
    restated,
    results,
    retold,
    scales,
    schedule,
    sequences,
    shares,
    slips,
    standards,
    tables,
    units,
    years,
)
from doc_miner.audit.context import Context, Flaw

SEVERITIES = {"error": "矛盾", "warning": "存疑", "info": "提示"}
"""The severities, gravest first, with their Chinese names."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the audit; *find* returns what it finds in a document."""

    name: str
    severity: str
    find: Callable[[Context], Iterable[Flaw]]
    title: str
    example: str
    counterexample: str


_GOALS = "县域义务教育优质均衡发展年度目标\n\n2021\n\n2022\n\n2023\n\n{rows}\n\n{after}.无过重课业负担。\n\n达标\n\n达标\n\n达标\n"
_TABLE = "<table><tr><th>学段</th><th>学校数（所）</th><th>在校生（人）</th></tr><tr><td>小学</td><td>42</td><td>{first}</td></tr><tr><td>初中</td><td>16</td><td>9120</td></tr>{more}</table>"

RULES = (
    Rule("parts-and-whole", "error", parts.broken_breakdowns, "部分与总数", "招聘教师75名，其中音乐15名、体育28名、美术19名、科学16名。", "招聘教师75名，其中音乐15名、体育28名、美术19名、科学13名。"),
    Rule("sum-of-parts", "error", parts.broken_sums, "合计", "小学教师招聘46人、初中教师招聘38人，共94人。", "小学教师招聘46人、初中教师招聘38人，共84人。"),
    Rule("items-and-total", "error", items.broken_item_sums, "分项与总额", "累计投入资金6.4亿元。其中，一是投入3.5亿元新建学校；二是投入1.9亿元购置设备；三是投入1.3亿元培训教师。", "累计投入资金6.7亿元。其中，一是投入3.5亿元新建学校；二是投入1.9亿元购置设备；三是投入1.3亿元培训教师。"),
    Rule("result-sum", "error", results.wrong_sums, "各项之和", "新建学校2所，提供学位2340个；扩建学校4所，提供学位1800个；维修学校9所，提供学位780个。三类项目共提供学位4290个。", "新建学校2所，提供学位2340个；扩建学校4所，提供学位1800个；维修学校9所，提供学位780个。三类项目共提供学位4920个。"),
    Rule("kinds-and-total", "error", kinds.broken_kinds, "分类合计", "台账共列问题28个。按牵头单位分：教育局13个，财政局8个，人社局4个，编办6个。", "台账共列问题28个。按牵头单位分：教育局13个，财政局5个，人社局4个，编办6个。"),
    Rule("shares-over-all", "error", kinds.shares_over_all, "占比之和", "民生投资占44%，产业投资占61%，基础设施投资占23%。", "民生投资占44%，产业投资占16%，基础设施投资占23%。"),
    Rule("growth-of-parts", "error", kinds.growth_outside_its_parts, "总额增幅", "进出口总额增长25.2%，其中，出口增长20.3%，进口增长24.9%。", "进出口总额增长22.5%，其中，出口增长20.3%，进口增长24.9%。"),
    Rule("result-rest", "error", results.wrong_rests, "缺额和余额", "测算学位缺口2600个，已补1450个，仍缺1510个。", "测算学位缺口2600个，已补1450个，仍缺1150个。"),
    Rule("result-unit", "error", results.wrong_units, "得数单位", "应补用地42亩，已落实30亩，差12公里。", "应补用地42亩，已落实30亩，差12亩。"),
    Rule("result-comparison", "error", results.wrong_comparisons, "两数相差", "全县小学招生6380人，毕业6210人，招生比毕业多710人。", "全县小学招生6380人，毕业6210人，招生比毕业多170人。"),
    Rule("result-quotient", "error", results.wrong_quotients, "平均", "三年累计投入教育资金7.5亿元，年均3.5亿元。", "三年累计投入教育资金7.5亿元，年均2.5亿元。"),
    Rule("result-product", "error", results.wrong_products, "乘积", "新建小学设计规模30个班，每班45人，提供学位1530个。", "新建小学设计规模30个班，每班45人，提供学位1350个。"),
    Rule("part-and-rest", "error", items.broken_rests, "总数与余数", "列入台账的14项任务已办结9项，其余4项按计划推进。", "列入台账的14项任务已办结9项，其余5项按计划推进。"),
    Rule("movement-difference", "error", movements.wrong_amounts, "增减数", "班额由64个班降至47个班，减少了19个班。", "班额由64个班降至47个班，减少了17个班。"),
    Rule("slip-in-result", "warning", slips.slipped_results, "得数笔误", "公开招聘413人，定向培养120人，人才引进37人，一年补充750人。", "公开招聘413人，定向培养120人，人才引进37人，一年补充570人。"),
    Rule("slip-in-parts", "warning", slips.parts_with_a_slip, "分项笔误", "2023届毕业生1520人，升学912人、就业652人、待业46人。", "2023届毕业生1520人，升学912人、就业562人、待业46人。"),
    Rule("yearly-change", "error", years.wrong_yearly_changes, "年度增减", "2021年招聘教师120人。2022年招聘教师130人，比上年增加12人。", "2021年招聘教师120人。2022年招聘教师130人，比上年增加10人。"),
    Rule("movement-direction", "error", movements.wrong_directions, "增减方向", "大班额由38个减至83个。", "大班额由83个减至38个。"),
    Rule("share-of-whole", "error", shares.wrong_shares, "占比", "全县参加考试的学生4250人，合格人数3570人，合格率48.0%。", "全县参加考试的学生4250人，合格人数3570人，合格率84.0%。"),
    Rule("gap-to-mark", "error", shares.wrong_gaps, "差距", "社会认可度为83.6%，距85%的标准尚差2.4个百分点。", "社会认可度为83.6%，距85%的标准尚差1.4个百分点。"),
    Rule("average", "error", rates.wrong_averages, "平均数和单价", "采购计算机300台，每台4500元，共153万元。", "采购计算机300台，每台4500元，共135万元。"),
    Rule("ratio-of-totals", "error", rates.wrong_ratios, "班额和生师比", "全县小学在校生26470人。小学共有班级641个，平均班额43.1人。", "全县小学在校生26470人。小学共有班级641个，平均班额41.3人。"),
    Rule("balance", "error", rates.wrong_balances, "收支和编制", "核定编制3860名，实有3572人，空编298名。", "核定编制3860名，实有3572人，空编288名。"),
    Rule("restated-problem", "error", restated.restated_problems, "重述的问题", "一、存在问题\n（一）教师数量不足。全县小学音乐教师缺46人，校舍面积不足。\n二、整改情况\n（一）教师数量不足。全县小学音乐教师缺64人，校舍面积不足。\n整改措施：\n1.招聘教师30人。", "一、存在问题\n（一）教师数量不足。全县小学音乐教师缺46人，校舍面积不足。\n二、整改情况\n（一）教师数量不足。全县小学音乐教师缺46人，校舍面积不足。\n整改措施：\n1.招聘教师30人。"),
    Rule("repeated-statement", "error", restated.repeated_statements, "重复的句子", "全县共有义务教育阶段在校学生总数38214人。\n教育局介绍了情况。\n全县共有义务教育阶段在校学生总数38241人。", "全县共有义务教育阶段在校学生总数38214人。\n教育局介绍了情况。\n全县共有义务教育阶段在校学生总数38214人。"),
    Rule("start-of-movement", "warning", restated.unequal_befores, "起点与问题", "问题1：大班额尚未消除。县城小学大班额有38个。\n整改措施：新建学校，县城小学大班额由83个减至9个。", "问题1：大班额尚未消除。县城小学大班额有38个。\n整改措施：新建学校，县城小学大班额由38个减至9个。"),
    Rule("two-values", "error", restated.two_values, "同一数据", "全县共有专任教师2893人。\n教师队伍不断壮大。全县现有专任教师2839人，结构合理。", "全县共有专任教师2893人。\n教师队伍不断壮大。全县现有专任教师2893人，结构合理。"),
    Rule("restated-number", "warning", echoes.restated_slips, "前后不一", "到2020年，建设2000个面向全体学生的美育社团。\n各校要行动起来。\n全县建设200个面向全体学生的美育社团。", "到2020年，建设2000个面向全体学生的美育社团。\n各校要行动起来。\n全县建设2000个面向全体学生的美育社团。"),
    Rule("text-and-table", "error", restated.text_against_tables, "文字与表格", "<p>全县小学在校生18560人。</p>" + _TABLE.format(first="18650", more=""), "<p>全县小学在校生18650人。</p>" + _TABLE.format(first="18650", more="")),
    Rule("table-total", "error", tables.wrong_totals, "表格合计", _TABLE.format(first="18650", more="<tr><td>合计</td><td>58</td><td>27570</td></tr>"), _TABLE.format(first="18650", more="<tr><td>合计</td><td>58</td><td>27770</td></tr>")),
    Rule("table-derived", "error", tables.wrong_differences, "表格推算列", "<table><tr><th>乡镇</th><th>2021年</th><th>2022年</th><th>增减</th></tr><tr><td>东河镇</td><td>310</td><td>342</td><td>32</td></tr><tr><td>西河镇</td><td>275</td><td>261</td><td>-14</td></tr><tr><td>南河镇</td><td>198</td><td>220</td><td>22</td></tr><tr><td>北河镇</td><td>404</td><td>431</td><td>37</td></tr></table>", "<table><tr><th>乡镇</th><th>2021年</th><th>2022年</th><th>增减</th></tr><tr><td>东河镇</td><td>310</td><td>342</td><td>32</td></tr><tr><td>西河镇</td><td>275</td><td>261</td><td>-14</td></tr><tr><td>南河镇</td><td>198</td><td>220</td><td>22</td></tr><tr><td>北河镇</td><td>404</td><td>431</td><td>27</td></tr></table>"),
    Rule("table-columns", "error", columns.broken_columns, "表格各行", "<table><tr><th>年度</th><th>新增（所）</th><th>累计（所）</th></tr><tr><td>2021年度</td><td>3</td><td>21</td></tr><tr><td>2022年度</td><td>5</td><td>26</td></tr><tr><td>2023年度</td><td>6</td><td>23</td></tr><tr><td>2024年度</td><td>4</td><td>36</td></tr><tr><td>2025年度</td><td>7</td><td>43</td></tr></table>", "<table><tr><th>年度</th><th>新增（所）</th><th>累计（所）</th></tr><tr><td>2021年度</td><td>3</td><td>21</td></tr><tr><td>2022年度</td><td>5</td><td>26</td></tr><tr><td>2023年度</td><td>6</td><td>32</td></tr><tr><td>2024年度</td><td>4</td><td>36</td></tr><tr><td>2025年度</td><td>7</td><td>43</td></tr></table>"),
    Rule("repeated-row", "warning", tables.repeated_rows, "重复的行", "<table><tr><th>乡镇</th><th>学校</th><th>教师</th><th>学生</th></tr><tr><td>东河镇</td><td>5</td><td>86</td><td>1342</td></tr><tr><td>西河镇</td><td>5</td><td>86</td><td>1342</td></tr><tr><td>南河镇</td><td>3</td><td>51</td><td>920</td></tr></table>", "<table><tr><th>乡镇</th><th>学校</th><th>教师</th><th>学生</th></tr><tr><td>东河镇</td><td>5</td><td>86</td><td>1342</td></tr><tr><td>西河镇</td><td>5</td><td>83</td><td>1290</td></tr><tr><td>南河镇</td><td>3</td><td>51</td><td>920</td></tr></table>"),
    Rule("retold-row", "warning", retold.retold_rows, "表后文字", "<table><tr><th>项目</th><th>预算</th><th>支出</th><th>执行率</th></tr><tr><td>校舍维修</td><td>800</td><td>720</td><td>90.0%</td></tr><tr><td>学生资助</td><td>500</td><td>490</td><td>98.0%</td></tr><tr><td>设备购置</td><td>200</td><td>188</td><td>94.0%</td></tr></table><p>各项目中，执行率最低的是校舍维修，为94.0%。</p>", "<table><tr><th>项目</th><th>预算</th><th>支出</th><th>执行率</th></tr><tr><td>校舍维修</td><td>800</td><td>720</td><td>90.0%</td></tr><tr><td>学生资助</td><td>500</td><td>490</td><td>98.0%</td></tr><tr><td>设备购置</td><td>200</td><td>188</td><td>94.0%</td></tr></table><p>各项目中，执行率最低的是校舍维修，为90.0%。</p>"),
    Rule("rate-over-100", "error", damage.rates_over_100, "超过100%的比率", "残疾儿童入学率为103.5%。", "小学毛入学率为103.5%。"),
    Rule("impossible-date", "error", damage.impossible_dates, "不存在的日期", "项目于2021年2月30日竣工，新增学位900个。", "项目于2021年2月28日竣工，新增学位900个。"),
    Rule("inverted-range", "warning", orders.inverted_ranges, "范围颠倒", "各校每年举办2—1次艺术节。", "各校每年举办1—2次艺术节。"),
    Rule("impossible-year", "warning", orders.impossible_years, "年份有误", "到2028年，教师队伍基本配齐；到2020年，学校全部达标。", "到2018年，教师队伍基本配齐；到2020年，学校全部达标。"),
    Rule("minimum", "warning", orders.exceeded_minimums, "最低要求", "美育课时不低于总课时的9%，鼓励有条件的学校按总课时的1%开设。", "美育课时不低于总课时的9%，鼓励有条件的学校按总课时的11%开设。"),
    Rule("output-and-revenue", "warning", units.output_below_revenue, "生产总值过小", "全县生产总值达到33.5亿元，一般公共预算收入68.5亿元。", "全县生产总值达到335亿元，一般公共预算收入68.5亿元。"),
    Rule("period", "error", orders.wrong_periods, "期限", "攻坚阶段（2021年7月至2024年6月），为期五年。", "攻坚阶段（2021年7月至2024年6月），为期三年。"),
    Rule("list-count", "error", counts.miscounted_lists, "列举个数", "今后着重抓好五个方面：一是扩充学位；二是补足教师；三是改善条件。", "今后着重抓好三个方面：一是扩充学位；二是补足教师；三是改善条件。"),
    Rule("named-count", "warning", counts.named_counts, "列举个数存疑", "推行“划片、分流、帮扶”四项办法。", "推行“划片、分流、帮扶”三项办法。"),
    Rule("numbering", "warning", counts.broken_numbering, "编号次序", "任务一：扩充学位。\n任务三：补足教师。\n任务三：改善条件。", "任务一：扩充学位。\n任务二：补足教师。\n任务三：改善条件。"),
    Rule("list-sum", "warning", sequences.wrong_list_sums, "列举之和", "近三年分别招聘教师64人、72人、85人，累计212人。", "近三年分别招聘教师64人、72人、85人，累计221人。"),
    Rule("accumulation", "error", sequences.wrong_accumulations, "累计数", "2021年，新增达标学校5所，累计29所；2022年，新增达标学校8所，累计36所。", "2021年，新增达标学校5所，累计29所；2022年，新增达标学校8所，累计37所。"),
    Rule("yearly-growth", "error", sequences.wrong_growth, "逐年增幅", "分年看，2021年8.20亿元，增长4.1%；2022年9.02亿元，增长16.0%。", "分年看，2021年8.20亿元，增长4.1%；2022年9.02亿元，增长10.0%。"),
    Rule("series-falls", "warning", sequences.falling_series, "逐年目标倒退", "到2022年，基础进一步巩固。标准化学校达到46所以上。\n到2025年，全面达标。标准化学校达到40所以上。", "到2022年，基础进一步巩固。标准化学校达到46所以上。\n到2025年，全面达标。标准化学校达到64所以上。"),
    Rule("odd-item", "error", parallels.odd_items, "并列各项", "小学：320人，每人500元，16万元；初中：410人，每人600元，24.6万元；高中：150人，每人900元，15.3万元。", "小学：320人，每人500元，16万元；初中：410人，每人600元，24.6万元；高中：150人，每人900元，13.5万元。"),
    Rule("copied-list", "warning", parallels.copied_lists, "列举重复", "到2025年，小学生均场馆面积依次达到6.4、6.8、7.2平方米；初中生均场馆面积依次达到6.4、6.8、7.2平方米。", "到2025年，小学生均场馆面积依次达到6.4、6.8、7.2平方米；初中生均场馆面积依次达到8.9、9.5、10.2平方米。"),
    Rule("impossible-unit", "error", units.impossible_units, "单位不符", "初中三年巩固率为95人。", "初中三年巩固率为95%。"),
    Rule("improbable-amount", "warning", units.improbable_amounts, "数额过小", "今年投入资金6457元，新建幼儿园1所。", "今年投入资金6457万元，新建幼儿园1所。"),
    Rule("missing-number", "warning", damage.missing_numbers, "数字缺失", "全县56人以上大班额占比%。", "全县56人以上大班额占比3%。"),
    Rule("damaged-number", "warning", damage.damaged_numbers, "数字损坏", "教师5360学时培训完成率达到要求。", "教师5年360学时培训完成率达到要求。"),
    Rule("missing-unit", "warning", units.missing_units, "单位缺失", "大班额占比6.06，比上年减少。", "大班额占比6.06%，比上年减少。"),
    Rule("glued-numbers", "warning", damage.glued_numbers, "数字粘连", "就近划片入学比例分别达到100%95%以上。", "就近划片入学比例分别达到100%、95%以上。"),
    Rule("damaged-date", "warning", damage.damaged_dates, "日期残缺", "教育工作实施方案\n201822\n现有学校12所。", "教育工作实施方案\n2018年2月2日\n现有学校12所。"),
    Rule("damaged-document-number", "warning", damage.damaged_document_numbers, "文号残缺", "根据《关于做好督导评估工作的通知》（国教督办201761号）要求。", "根据《关于做好督导评估工作的通知》（国教督办〔2017〕61号）要求。"),
    Rule("copied-threshold", "warning", standards.copied_thresholds, "标准抄错", _GOALS.format(after=3, rows="2.每百名学生拥有县级以上骨干教师数:小学≥4.2人,初中≥5.3人\n\n达标\n\n达标\n\n达标"), _GOALS.format(after=3, rows="2.每百名学生拥有县级以上骨干教师数:小学≥1人,初中≥1人\n\n达标\n\n达标\n\n达标")),
    Rule("loosened-threshold", "warning", standards.loosened_thresholds, "标准偏低", "为创建义务教育优质均衡发展县，到2025年，初中三年巩固率不低于90%。", "为创建义务教育优质均衡发展县，到2025年，初中三年巩固率不低于95%。"),
    Rule("mangled-threshold", "warning", standards.swapped_thresholds, "标准误写", "为推进优质均衡发展，到2025年，每百名学生拥有高于规定学历教师小学达到2.4人以上。", "为推进优质均衡发展，到2025年，每百名学生拥有高于规定学历教师小学达到4.2人以上。"),
    Rule("goal-below-standard", "warning", goals.goals_below_standard, "目标低于标准", _GOALS.format(after=24, rows="23.初中三年巩固率95%\n\n91%\n\n92%\n\n93%"), _GOALS.format(after=24, rows="23.初中三年巩固率95%\n\n91%\n\n93%\n\n95%")),
    Rule("goal-falls", "warning", goals.falling_goals, "目标倒退", _GOALS.format(after=24, rows="23.初中三年巩固率95%\n\n94%\n\n92%\n\n96%"), _GOALS.format(after=24, rows="23.初中三年巩固率95%\n\n92%\n\n94%\n\n96%")),
    Rule("goal-over-100", "error", goals.rates_of_goals, "目标超过100%", _GOALS.format(after=24, rows="23.初中三年巩固率95%\n\n95%\n\n96%\n\n970%"), _GOALS.format(after=24, rows="23.初中三年巩固率95%\n\n95%\n\n96%\n\n97%")),
    Rule("goal-below-its-head", "warning", goals.goals_below_their_head, "目标低于本项标准", _GOALS.format(after=24, rows="23.随迁子女就读比例90%\n\n91%\n\n92%\n\n29%"), _GOALS.format(after=24, rows="23.随迁子女就读比例90%\n\n91%\n\n92%\n\n92%")),
    Rule("misquoted-head", "warning", goals.misquoted_heads, "标准写错", _GOALS.format(after=4, rows="3.生均教学仪器设备值:小学200元,初中≥2500元\n\n达标\n\n达标\n\n达标"), _GOALS.format(after=4, rows="3.生均教学仪器设备值:小学2000元,初中≥2500元\n\n达标\n\n达标\n\n达标")),
    Rule("unfitting-unit", "error", quantities.unfitting_units, "单位不合", "培训费应安排195万元，已拨付117人，尚欠78万元。", "培训费应安排195万元，已拨付117万元，尚欠78万元。"),
    Rule("unlikely-amount", "warning", quantities.unlikely_amounts, "数额不合常理", "新建学校2所，平均每个学位投资5.8亿元。", "新建学校2所，平均每个学位投资5.8万元。"),
    Rule("misfit-unit", "error", scales.misfit_among_neighbours, "与并列数字单位不符", "三所学校分别缺校舍5200平方米、4150平方米和3250元。", "三所学校分别缺校舍5200平方米、4150平方米和3250平方米。"),
    Rule("slip-of-magnitude", "warning", scales.slips_of_magnitude, "量级不符", "教育支出7.1亿元，比上年增加8200元，增长13.1%。", "教育支出7.1亿元，比上年增加8200万元，增长13.1%。"),
    Rule("beyond-mankind", "error", scales.of_mankind, "数大得不可能", "全国共有9320亿人参加养老保险。", "全国共有9.32亿人参加养老保险。"),
    Rule("span-of-time", "error", schedule.wrong_spans_of_time, "起止时间", "报名时间为3月14日至3月8日，逾期不候。", "报名时间为3月4日至3月8日，逾期不候。"),
    Rule("law-dates", "error", schedule.wrong_history, "法规日期次序", "泽平省学前条例\n2019年7月9日 省人民代表大会常务委员会通过\n2019年4月18日 公布\n第一条 为发展学前教育，制定本条例。", "泽平省学前条例\n2019年4月9日 省人民代表大会常务委员会通过\n2019年4月18日 公布\n第一条 为发展学前教育，制定本条例。"),
    Rule("plan-of-the-past", "warning", schedule.plans_of_the_past, "计划年份已过", "泽平县教育局整改方案\n2023年5月8日\n2021年拟计划招聘教师90人。", "泽平县教育局整改方案\n2023年5月8日\n2024年拟计划招聘教师90人。"),
    Rule("grades", "warning", schedule.wrong_grades, "年级", "小学低段（1～2年级）每周3节，高段（5～6年级）每周4节。", "小学低段（1～2年级）每周3节，高段（3～6年级）每周4节。"),
    Rule("falling-series", "warning", schedule.falling_series, "逐年数值", "年度目标：2021年达标24项，2022年达标27项，2023年达标18项，2024年达标31项。", "年度目标：2021年达标24项，2022年达标27项，2023年达标28项，2024年达标31项。"),
    Rule("false-comparison", "error", limits.false_comparisons, "比较不成立", "教师交流比例为17.5%，未达到10%的要求。", "教师交流比例为7.5%，未达到10%的要求。"),
    Rule("beyond-the-whole", "error", limits.beyond_the_whole, "超出总数", "总成绩=笔试成绩×40%+面试成绩×80%。招聘教师60名。", "总成绩=笔试成绩×40%+面试成绩×60%。招聘教师60名。"),
    Rule("missing-article", "error", limits.missing_articles, "条款不存在", "第一条 为发展教育，制定本办法。\n第二条 本办法适用于中小学。\n第三条 学校应当配齐教师。\n第四条 违反本办法第三十条的，责令改正。\n第五条 本办法自公布之日起施行。", "第一条 为发展教育，制定本办法。\n第二条 本办法适用于中小学。\n第三条 学校应当配齐教师。\n第四条 违反本办法第三条的，责令改正。\n第五条 本办法自公布之日起施行。"),
    Rule("false-doubling", "error", limits.false_doublings, "翻番", "多媒体教室达到840间，比2018年的420间翻了两番。", "多媒体教室达到840间，比2018年的420间翻了一番。"),
    Rule("misquoted-standard", "warning", quoted.misquoted_standards, "国家标准引用有误", "按照国家标准，小学、初中学校规模不超过2600人。", "按照国家标准，小学、初中学校规模不超过2000人。"),
    Rule("requirement-contradicts", "error", quoted.contradictory_requirements, "要求自相矛盾", "艺术课程课时不低于总课时的9%，鼓励有条件的学校达到总课时的1.1%。", "艺术课程课时不低于总课时的9%，鼓励有条件的学校达到总课时的11%。"),
    Rule("below-standard", "info", standards.below_standard, "未达标准", "全县残疾儿童少年入学率为91.5%。", "全县残疾儿童少年入学率为96.5%。"),
    Rule("meets-standard", "info", standards.meets_standard, "达到标准", "全县残疾儿童少年入学率为96.5%。", "全县残疾儿童少年入学率为91.5%。"),
    Rule("link-doubt", "info", doubts.doubtful_links, "措施归属不明", "一、存在问题\n（一）小学教师不足，缺42人。\n（二）初中教师不足，缺37人。\n二、整改措施\n（一）招聘教师79人，补充教师队伍。", "一、存在问题\n（一）小学教师不足，缺42人。\n二、整改措施\n（一）招聘教师79人，补充教师队伍。"),
)
"""All rules of one document; rules over several documents: `doc_miner.audit.across`."""
