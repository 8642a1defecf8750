# Model matrices by R's own model.matrix, lme4's random-effects design, update() and deparse(), for the tests of the
# formula language. Writes formulas.json next to this script:  Rscript formulas.R
suppressMessages({library(jsonlite); library(splines); library(lme4)})
set.seed(20)
n <- 36
data <- data.frame(
  y = round(rnorm(n), 4), x = round(runif(n, 1, 9), 3), z = round(rnorm(n, 3), 3), count = rpois(n, 3) + 1,
  a = sample(c("a1", "a2", "a3"), n, TRUE), b = sample(c("u", "v"), n, TRUE), l = runif(n) > 0.4,
  year = sample(c(2001, 2002, 2005), n, TRUE), site = rep(c("north", "south", "west"), each = 12),
  nest = rep(c("n1", "n2", "n3", "n4"), 9), plot = rep(c(10, 9, 2), 12), stringsAsFactors = TRUE)
data$`my var` <- round(rnorm(n), 3)
new <- data[c(3, 9, 14, 30, 33), ]
new$x <- c(0.2, 4, 5.5, 8, 11); new$z <- new$z + 0.5; new$y <- NA

fixed <- c(
  "y ~ x", "y ~ 1", "y ~ 0 + x", "y ~ a", "y ~ 0 + a", "y ~ a - 1", "y ~ -1 + x + a", "y ~ a * b", "y ~ a:b", "y ~ 0 + a:b",
  "y ~ a + a:b", "y ~ b + a:b", "y ~ b:a + a", "y ~ a/b", "y ~ a/x", "y ~ b %in% a", "y ~ a + b %in% a", "y ~ (a + b + x)^2",
  "y ~ (a + b + x)^3 - a:b:x", "y ~ a*b - a", "y ~ a*b*x - x", "y ~ x:a", "y ~ 0 + x:a + b", "y ~ x + x:a", "y ~ x:z",
  "y ~ l", "y ~ l:a", "y ~ 0 + l + x", "y ~ x > 3", "y ~ I(x > 3 & !l)", "y ~ I(x^2) + I(-x/3 * (z + 1e5))",
  "y ~ `my var` * b", "y ~ log(`my var` + 10)", "y ~ log(x, 2) + log(x, base = 10) + log2(x) + log10(x) + log1p(x)",
  "y ~ exp(x) + expm1(z/10) + sqrt(x) + abs(z) + sin(x) + cos(x) + tan(x)", "y ~ floor(x) + ceiling(z) + round(x, 1)",
  "y ~ pmin(x, z) + pmax(x, 4, z)", "y ~ ifelse(x > 3, 1, z)", "y ~ x %% 2", "y ~ I(x %/% 2)", "y ~ factor(year)",
  "y ~ factor(year) * x", "y ~ as.factor(year)", "y ~ relevel(a, ref = \"a2\")", "y ~ cut(x, 3)", "y ~ cut(x, c(0, 2.5, 5, 10))",
  "y ~ cut(x, breaks = c(0, 4, 12), labels = c(\"low\", \"high\"))", "y ~ cut(x, c(0, 4, 12), right = FALSE)",
  "y ~ factor(a, levels = c(\"a3\", \"a1\", \"a2\"))", "y ~ scale(x)", "y ~ scale(x, scale = FALSE):a", "y ~ poly(x, 2)", "y ~ poly(x, 1)",
  "y ~ poly(x, degree = 3)", "y ~ poly(x, 2, raw = TRUE)", "y ~ poly(x, 2):b", "y ~ a * poly(z, 2)", "y ~ ns(x, 3)", "y ~ ns(x, df = 3)",
  "y ~ ns(x, knots = c(3, 5))", "y ~ ns(x, df = 4, intercept = TRUE)", "y ~ ns(x, df = 3, Boundary.knots = c(2, 8))", "y ~ ns(x)",
  "y ~ bs(x)", "y ~ bs(x, df = 5)", "y ~ bs(x, knots = c(4, 6), degree = 2)", "y ~ bs(x, df = 5, intercept = TRUE)", "y ~ bs(x, degree = 1, df = 3)",
  "y ~ bs(x, df = 4, Boundary.knots = c(0, 10)) * b", "y ~ x + offset(log(count))", "y ~ offset(log(count)) + a + offset(z)",
  "y ~ site + a + I(x*2) + x", "y ~ a + site:nest + nest", "y ~ .", "log(y + 10) ~ . - site", "y ~ (a + x):b", "y ~ x + a %in% (b + site)",
  "y ~ a + (b + x)", "y ~ a:x:b", "y ~ x*a*b", "y ~ x + 0 + 1", "y ~ z + b + z:x:b + x", "y ~ site/nest + x", "y ~ I(x) + I((x))", "y ~ a + +b", "y ~ -1 + a + -b", "y ~ (a + b)/x", "y ~ x/(a + b)", "y ~ a %in% b/x",
  "y ~ (a*b)^2 - 1", "y ~ log(x):a + b^2", "y ~ a*b %in% x", "y ~ x + (x > 2):a", "y ~ a:a", "y ~ a*1", "y ~ 0 + x + (0 + a)", "y ~ (0 + a):b", "y ~ x + I(x)^2",
  "y ~ I(a)", "y ~ \"a1\" == a", "y ~ offset(x):a + b", "y ~ a + b - (1 + b)", "y ~ I(a == \"a1\")", "y ~ I(year %in% c(2001, 2005))")
one <- function(text, contrasts = NULL) {
  f <- as.formula(text)
  tt <- terms(f, data = data)
  mf <- model.frame(tt, data, drop.unused.levels = TRUE)
  arg <- if (is.null(contrasts)) NULL else lapply(contrasts, function(k) paste0("contr.", k))
  x <- model.matrix(tt, mf, contrasts.arg = arg)
  mt <- delete.response(attr(mf, "terms"))
  xlev <- .getXlevels(attr(mf, "terms"), mf)
  # R forgets the breaks of cut(x, 3) and cannot predict there: no values for new rows then.
  mn <- tryCatch(suppressWarnings(model.frame(mt, new, xlev = xlev, na.action = na.pass)), error = function(e) NULL)
  xn <- if (is.null(mn)) numeric() else suppressWarnings(model.matrix(mt, mn, contrasts.arg = attr(x, "contrasts")))
  q <- qr(x, tol = 1e-7)
  aliased <- rep(FALSE, ncol(x)); if (q$rank < ncol(x)) aliased[q$pivot[(q$rank + 1):ncol(x)]] <- TRUE
  off <- model.offset(mf); offn <- if (is.null(mn)) NULL else model.offset(mn)
  list(formula = text, contrasts = contrasts, names = I(colnames(x)), assign = I(attr(x, "assign")), labels = I(attr(tt, "term.labels")),
       aliased = I(aliased), x = signif(as.vector(x), 15), newX = signif(as.vector(xn), 15),
       offset = I(if (is.null(off)) rep(0, n) else as.vector(off)), newOffset = I(if (is.null(offn)) rep(0, nrow(new)) else as.vector(offn)))
}
cases <- lapply(fixed, one)
cases <- c(cases, list(
  one("y ~ a * b", list(a = "sum", b = "sum")), one("y ~ a + x:a", list(a = "helmert")), one("y ~ a:b + x", list(a = "sum", b = "helmert")),
  one("y ~ 0 + a + site", list(a = "sum", site = "helmert")), one("y ~ factor(year)", list(`factor(year)` = "sum")),
  one("y ~ b * x", list(b = "poly")), one("y ~ factor(count)", list(`factor(count)` = "poly")), one("y ~ 0 + site + a", list(site = "poly", a = "poly"))))

random <- c(
  "y ~ x + (1 | nest)", "y ~ (x | site)", "y ~ (x || site)", "y ~ (1 | site/nest)", "y ~ (1 | site:nest)", "y ~ (1 | nest) + (0 + x | nest)",
  "y ~ (0 + a | nest)", "y ~ (-1 + b | nest)", "y ~ (a | nest)", "y ~ (1 | site) + (1 | nest)", "y ~ (1 | plot)", "y ~ (1 | site/nest/plot)",
  "y ~ (x * z || nest)", "y ~ (1 | l)", "y ~ (1 | year:site) + (x + z | plot)", "y ~ (0 + x:b | nest)", "y ~ (x | plot/nest)")
design <- function(text) {
  re <- lFormula(as.formula(text), data, control = lmerControl(check.nobs.vs.nRE = "ignore", check.nobs.vs.nlev = "ignore"))$reTrms
  fl <- re$flist; as <- attr(fl, "assign")
  list(formula = text, terms = lapply(seq_along(re$cnms), function(i) {
    g <- fl[[as[i]]]; zt <- as.matrix(re$Ztlist[[i]]); k <- length(re$cnms[[i]])
    z <- t(sapply(seq_len(n), function(r) zt[(as.integer(g)[r] - 1) * k + seq_len(k), r])); if (k == 1) z <- t(z)
    list(group = names(fl)[as[i]], effects = I(re$cnms[[i]]), levels = I(levels(g)), codes = as.integer(g) - 1L, z = as.vector(t(z)))
  }))
}
changes <- list(
  c("y ~ a*b", ". ~ . - a:b"), c("y ~ a + offset(log(e))", "log(.) ~ . + b"), c("y ~ x", ". ~ . - 1"), c("y ~ x + 0", ". ~ ."),
  c("y ~ a*b", ". ~ .^2"), c("y ~ x", "~ . + z"), c("y ~ a*b", ". ~ . - a"), c("cbind(s, f) ~ a", ". ~ . + I(x^2)"), c("y ~ a + b + c", ". ~ . - b:c"),
  c("y ~ x", "w ~ log(x)"), c("y ~ a", ". ~ .:b"), c("y ~ a", ". ~ . * b"), c("y ~ a + b", ". ~ 1"))
update_one <- function(p) list(formula = p[1], change = p[2], result = paste(deparse(update(as.formula(p[1]), as.formula(p[2]))), collapse = ""))
texts <- c("(a+b)*c", "-(x)", "!x", "a==b & c|d && e||f", "f(x,y=3,'a\"b')", "1e-5+0.1+123456+100000+1e15+3L", "a%in%b", "a%%b", "a:b/c", "a%/%b",
  "-1+x", "2^-1", "-x^2", "x*-1", "`my v`+log(`my v`)", "a<=b", "a!=b", "-x:y", "a-(b-c)", "x^2^3", "1234567.5", "0.00001", "2000000", "1500000")
write_json(list(
  data = lapply(data, function(v) if (is.factor(v)) as.character(v) else v), newData = lapply(new, function(v) if (is.factor(v)) as.character(v) else v),
  fixed = cases, random = lapply(random, design), update = lapply(changes, update_one),
  deparse = lapply(texts, function(t) list(text = t, result = paste(deparse(parse(text = t)[[1]], backtick = TRUE), collapse = "")))),
  "formulas.json", digits = I(15), auto_unbox = TRUE, na = "null", null = "null")
