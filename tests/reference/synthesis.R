# Syntheses of effect sizes: metafor's rma.uni, rma.mv, robust(), clubSandwich and escalc, on published data sets of metadat.
#
#   Rscript tests/reference/synthesis.R  writes synthesis.json

suppressPackageStartupMessages({ library(jsonlite); library(metafor); library(metadat); library(ape); library(clubSandwich) })
this.folder <- dirname(normalizePath(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))))

tables <- list(); fits <- list()
whole <- function(d, columns) { d <- as.data.frame(d)[, columns]; for (c in names(d)) d[[c]] <- if (is.numeric(d[[c]])) as.vector(d[[c]]) else as.character(d[[c]]); d }
add.fit <- function(name, table, formula, f, options = list(), extra = list()) {
  fits[[length(fits) + 1]] <<- c(list(name = name, table = table, formula = formula, method = f$method, estimates = as.vector(f$beta), errors = as.vector(f$se),
    logLik = as.vector(logLik(f)), qe = f$QE, qm = f$QM, qmp = f$QMp, lower = as.vector(f$ci.lb), upper = as.vector(f$ci.ub), p = as.vector(f$pval)), options, extra)
}
tight <- list(threshold = 1e-13, maxiter = 5000); close <- list(rel.tol = 1e-10, iter.max = 5000, eval.max = 5000)
uni <- function(f) list(tau2 = f$tau2, tau2se = f$se.tau2, i2 = f$I2, h2 = f$H2)

bcg <- escalc(measure = "RR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg); bcg$study <- sprintf("study %02d", 1:13)
tables$bcg <- whole(bcg, c("study", "yi", "vi", "ablat", "year", "alloc"))
for (m in c("REML", "ML")) {
  f <- rma(yi, vi, data = bcg, method = m, control = tight); p <- predict(f)
  add.fit(paste("bcg", m), "bcg", "yi ~ 1 + (1 | study)", f, list(), c(uni(f), list(pi = c(p$pi.lb, p$pi.ub))))
  f <- rma(yi, vi, mods = ~ ablat + alloc, data = bcg, method = m, control = tight); add.fit(paste("bcg moderators", m), "bcg", "yi ~ ablat + alloc + (1 | study)", f, list(), uni(f))
}
f <- rma(yi, vi, mods = ~ ablat, data = bcg, test = "knha", control = tight); add.fit("bcg knha", "bcg", "yi ~ ablat + (1 | study)", f, list(test = "knha"), uni(f))
f <- rma(yi, vi, data = bcg, control = tight)
l1 <- leave1out(f); cu <- cumul(f, order = bcg$year); inf <- influence(f)$inf; eg <- regtest(f); eg2 <- regtest(f, predictor = "vi")
after <- list(leave = list(estimate = l1$estimate, se = l1$se, tau2 = l1$tau2, q = l1$Q, i2 = l1$I2), cumulative = list(estimate = cu$estimate, se = cu$se, tau2 = cu$tau2),
  influence = list(rstudent = inf$rstudent, dffits = inf$dffits, cook = inf$cook.d, ratio = inf$cov.r, hat = inf$hat, weight = inf$weight),
  egger = list(statistic = eg$zval, p = eg$pval, limit = eg$est, variance = eg2$zval),
  tau2 = confint(f)$random[1, ], blup = as.data.frame(blup(f))[, c("pred", "se", "pi.lb", "pi.ub")])

rd <- dat.raudenbush1985; rd$study <- sprintf("s%02d", rd$study)
tables$teachers <- whole(rd, c("study", "yi", "vi", "weeks"))
f <- rma(yi, vi, mods = ~ weeks, data = rd, test = "knha", control = tight); add.fit("teachers knha", "teachers", "yi ~ weeks + (1 | study)", f, list(test = "knha"), uni(f))
f <- rma(yi, vi, data = rd, method = "ML", control = tight); add.fit("teachers", "teachers", "yi ~ 1 + (1 | study)", f, list(), uni(f))

robust.of <- function(f, cluster) {
  cr1 <- robust(f, cluster = cluster); cr2 <- coef_test(f, vcov = "CR2", cluster = cluster)
  list(cr1 = list(se = as.vector(cr1$se), df = unname(cr1$dfs)[1], p = as.vector(cr1$pval)), cr2 = list(se = cr2$SE, df = cr2$df, p = cr2$p_Satt))
}
schools <- dat.konstantopoulos2011; schools$district <- sprintf("d%03d", schools$district); schools$school <- sprintf("s%02d", schools$school)
tables$schools <- whole(schools, c("district", "school", "yi", "vi", "year"))
for (m in c("REML", "ML")) {
  f <- rma.mv(yi, vi, random = ~ 1 | district/school, data = schools, method = m, control = close)
  add.fit(paste("schools", m), "schools", "yi ~ 1 + (1 | district/school)", f, list(), list(sigma2 = f$sigma2))
}
schools$decade <- (schools$year - 1990) / 10; tables$schools$decade <- schools$decade
f <- rma.mv(yi, vi, mods = ~ decade, random = ~ 1 | district/school, data = schools, control = close)
add.fit("schools by year", "schools", "yi ~ decade + (1 | district/school)", f, list(cluster = "district"), c(list(sigma2 = f$sigma2), robust.of(f, schools$district)))

as <- dat.assink2016; as$study <- sprintf("s%02d", as$study); as$effect <- sprintf("e%03d", as$id)
V <- vcalc(vi, cluster = study, obs = esid, rho = 0.6, data = as)
tables$assink <- whole(as, c("study", "effect", "yi", "vi", "year", "deltype"))
f <- rma.mv(yi, V, random = ~ 1 | study/effect, data = as, control = close)
add.fit("delinquency", "assink", "yi ~ 1 + (1 | study) + (1 | effect)", f, list(cluster = "study", rho = 0.6), c(list(sigma2 = f$sigma2), robust.of(f, as$study)))
f <- rma.mv(yi, V, mods = ~ deltype, random = ~ 1 | study/effect, data = as, method = "ML", control = close)
add.fit("delinquency by kind", "assink", "yi ~ deltype + (1 | study) + (1 | effect)", f, list(cluster = "study", rho = 0.6), c(list(sigma2 = f$sigma2), robust.of(f, as$study)))

be <- dat.berkey1998; be$trial <- paste0("t", be$trial)
V <- vcalc(vi = 1, cluster = author, rvars = c(v1i, v2i), data = be)
tables$berkey <- c(whole(be, c("trial", "outcome", "yi", "vi")), list(V = as.matrix(V)))
f <- rma.mv(yi, V, mods = ~ outcome - 1, random = ~ outcome | trial, struct = "UN", data = be, method = "ML", control = close)
add.fit("periodontal", "berkey", "yi ~ 0 + outcome + us(0 + outcome | trial)", f, list(), list(tau2 = NULL, levels = f$tau2, rho = NULL, correlation = f$rho))

bd <- dat.bangertdrowns2004; bd$study <- sprintf("s%02d", bd$id); bd$hundreds <- bd$ni / 100
tables$writing <- whole(bd, c("study", "yi", "vi", "hundreds"))
for (m in c("REML", "ML")) {
  f <- rma(yi, vi, mods = ~ hundreds, scale = ~ hundreds, data = bd, method = m, control = close)
  add.fit(paste("writing scale", m), "writing", "yi ~ hundreds", f, list(scale = "~ hundreds"), list(alpha = as.vector(f$alpha), alphase = as.vector(f$se.alpha)))
}
f <- rma(yi, vi, data = bd, control = tight); add.fit("writing", "writing", "yi ~ 1 + (1 | study)", f, list(), uni(f))

co2 <- escalc(measure = "ROM", m1i = m2i, sd1i = sd2i, n1i = n2i, m2i = m1i, sd2i = sd1i, n2i = n1i, data = dat.curtis1998)
co2$paper <- paste0("p", co2$paper); co2$effect <- sprintf("e%03d", co2$id)
tables$co2 <- whole(co2, c("paper", "effect", "yi", "vi", "method", "m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i"))
f <- rma.mv(yi, vi, random = ~ 1 | paper/effect, data = co2, control = close)
add.fit("carbon dioxide", "co2", "yi ~ 1 + (1 | paper) + (1 | effect)", f, list(cluster = "paper"), c(list(sigma2 = f$sigma2), robust.of(f, co2$paper)))

lim <- dat.lim2014$m_o_size_adj; tree <- dat.lim2014$m_o_size_adj_tree
if (is.null(lim)) { lim <- dat.lim2014$o_o_unadj; tree <- dat.lim2014$o_o_unadj_tree }
lim <- escalc(measure = "ZCOR", ri = ri, ni = ni, data = lim); lim$phylo <- as.character(lim$species); lim$effect <- sprintf("e%03d", seq_len(nrow(lim)))
tree <- compute.brlen(tree); R <- vcv(tree, corr = TRUE)
tables$offspring <- c(whole(lim, c("article", "phylo", "effect", "yi", "vi")), list(newick = write.tree(tree, digits = 15)))
tables$offspring$article <- paste0("a", tables$offspring$article); tables$offspring$animal <- tables$offspring$phylo
lim$species2 <- lim$phylo
f <- rma.mv(yi, vi, random = list(~ 1 | article, ~ 1 | effect, ~ 1 | species2, ~ 1 | phylo), R = list(phylo = R), data = lim, control = close)
add.fit("offspring", "offspring", "yi ~ 1 + (1 | article) + (1 | effect) + (1 | animal) + phylo(1 | phylo)", f, list(), list(sigma2 = f$sigma2))

# ---- effect sizes from summaries
s <- data.frame(m1i = c(12.1, 5.3, 31), sd1i = c(3.1, 1.2, 8.8), n1i = c(12, 30, 7), m2i = c(9.4, 6.1, 22.5), sd2i = c(2.2, 1.9, 4.1), n2i = c(15, 26, 9), ri = c(0.32, -0.71, 0.05), ni = c(24, 61, 12),
                ai = c(3, 0, 12), n1 = c(30, 22, 40), ci = c(7, 2, 12), n2 = c(33, 25, 40), t1i = c(100, 80.5, 320), t2i = c(120, 91, 300))
sizes <- list()
for (m in c("MD", "SMD", "SMDH", "ROM", "VR", "CVR")) { e <- escalc(m, m1i = m1i, sd1i = sd1i, n1i = n1i, m2i = m2i, sd2i = sd2i, n2i = n2i, data = s); sizes[[m]] <- list(yi = as.vector(e$yi), vi = as.vector(e$vi)) }
for (m in c("COR", "ZCOR")) { e <- escalc(m, ri = ri, ni = ni, data = s); sizes[[m]] <- list(yi = as.vector(e$yi), vi = as.vector(e$vi)) }
for (m in c("OR", "RR", "RD", "PETO")) { e <- escalc(m, ai = ai, n1i = n1, ci = ci, n2i = n2, data = s, add = if (m == "PETO") 0 else 1/2); sizes[[m]] <- list(yi = as.vector(e$yi), vi = as.vector(e$vi)) }
e <- escalc("IRR", x1i = ai, t1i = t1i, x2i = ci, t2i = t2i, data = s); sizes$IRR <- list(yi = as.vector(e$yi), vi = as.vector(e$vi))
for (m in c("PLO", "PFT", "PAS")) { e <- escalc(m, xi = ai, ni = n1, data = s); sizes[[m]] <- list(yi = as.vector(e$yi), vi = as.vector(e$vi)) }
for (m in c("MNLN", "CVLN", "SDLN")) { e <- escalc(m, mi = m1i, sdi = sd1i, ni = n1i, data = s); sizes[[m]] <- list(yi = as.vector(e$yi), vi = as.vector(e$vi)) }

out <- list(tables = tables, fits = fits, after = after, summaries = s, sizes = sizes)
out <- c(list(versions = list(R = as.character(getRversion()), metafor = as.character(packageVersion("metafor")), metadat = as.character(packageVersion("metadat")))), out)
writeLines(toJSON(out, digits = 12, auto_unbox = TRUE, null = "null", na = "null", dataframe = "columns", matrix = "rowmajor"), file.path(this.folder, "synthesis.json"))
