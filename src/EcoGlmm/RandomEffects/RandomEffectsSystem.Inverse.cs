using EcoGlmm.Numerics;

namespace EcoGlmm.RandomEffects;

/// <summary>H⁻¹ where it is needed, and what it adds to the derivatives of a log-determinant.</summary>
internal sealed partial class RandomEffectsSystem
{
    /// <summary>
    /// From H⁻¹ on the pattern of H: B = ΛH⁻¹Λᵀ for later use, and, when asked for, ½ tr(H⁻¹ ∂H) by Λ for each term (r × d
    /// row-major in <paramref name="traces"/>) and by the entries of a precision that varies (<see cref="PrecisionAdjoint"/>).
    /// </summary>
    public void SelectedInverse(double[][]? traces)
    {
        if (_rows is null && _factor is null) return;
        _factor?.SelectedInverse(_values);
        if (traces is not null)
        {
            foreach (var m in traces) Array.Clear(m);
        }

        if (_hasDense) UnmixInverse(traces is not null);

        Span<double> work = _scratch;
        var at = 0;
        for (var s = 0; s < _terms.Length; s++)
        {
            if (s == _rows?.Term) continue;
            var (r, ds) = (_terms[s].Width, _latentWidths[s]);
            var pairs = _pairsOfFirst[s];
            var adjoint = traces is null || IsDense(s) ? null : _precisionAdjoints[s];
            var pointers = _terms[s].Structure.Precision?.Pattern.ColumnPointers;
            if (r == 1 && ds == 1 && !IsDense(s) && pairs is [{ PrecisionIndex: not null } alone])
            {
                InvertSingle(s, alone, pointers!, traces?[s], adjoint, ref at);
                continue;
            }

            for (var a = 0; a < _terms[s].Levels.Count; a++)
            {
                var below = 0;
                foreach (var p in pairs) below += (p.Starts[a + 1] - p.Starts[a]) * _latentWidths[p.Second];
                var block = work[..(ds * ds)];
                for (int c = 0, column = at; c < ds; column += ds - c + below, c++)
                {
                    for (var row = c; row < ds; row++)
                    {
                        block[row * ds + c] = block[c * ds + row] = _values[column + row - c];
                    }
                }

                if (_denseDiagonal[s] is { } own) block[0] = own[a];
                if (adjoint is not null) adjoint[pointers![a]] = 0.5 * Trace(block, ds);
                if (_inverse[s] is { } inverse)
                {
                    block.CopyTo(inverse.AsSpan(a * ds * ds));
                    AddDiagonal(block, s, _diagonal[s].AsSpan(a * r, r), _diagonalB[s].AsSpan(a * r, r), traces?[s]);
                }
                else
                {
                    AddBlock(block, s, s, _diagonal[s].AsSpan(a * r * r, r * r), _diagonalB[s].AsSpan(a * r * r, r * r), traces?[s], null);
                }

                var rows = 0;
                foreach (var p in pairs)
                {
                    var dt = _latentWidths[p.Second];
                    var cross = work[..(dt * ds)];
                    for (var k = p.Starts[a]; k < p.Starts[a + 1]; k++, rows += dt)
                    {
                        for (int c = 0, column = at; c < ds; column += ds - c + below, c++)
                        {
                            for (var row = 0; row < dt; row++)
                            {
                                cross[row * ds + c] = _values[column + ds - c + rows + row];
                            }
                        }

                        if (p.Mixed is { } mixed) mixed.AsSpan(k * dt * ds, dt * ds).CopyTo(cross);
                        if (adjoint is not null && p.PrecisionIndex is { } index && index[k] >= 0) adjoint[index[k]] = Trace(cross, ds);
                        AddBlock(cross, p.Second, s, p.A.AsSpan(k * p.Size, p.Size), p.B.AsSpan(k * p.Size, p.Size),
                            traces?[p.Second], traces?[s]);
                    }
                }

                at += ds * (ds + 1) / 2 + ds * below;
            }
        }

        if (_rows is not null) InvertRows(_rows, traces?[_rows.Term]);
    }

    /// <summary>
    /// The own block of H⁻¹ of each level, d × d, by term, at the last factorisation; null where H is solved by iterations or in other
    /// coordinates.
    /// </summary>
    public double[][]? LevelInverses()
    {
        if (_factor is null or IterativeFactor || _hasDense || _rows is not null) return null;
        var inverse = new double[_values.Length];
        _factor.SelectedInverse(inverse);
        return Array.ConvertAll(_terms, term =>
        {
            var d = term.LatentWidth;
            var blocks = new double[term.LatentCount * d];
            for (var effect = 0; effect < term.LatentCount; effect++)
            {
                // The pattern of a column begins with the level's own effects from the diagonal on.
                var (at, c) = (_pattern!.ColumnPointers[term.LatentOffset + effect], effect % d);
                for (var row = c; row < d; row++)
                    blocks[(effect * d) + row] = blocks[((effect - c + row) * d) + c] = inverse[at + row - c];
            }

            return blocks;
        });
    }

    /// <summary>
    /// ½ tr(H⁻¹ ∂H) by the entries of a term's precision, after <see cref="SelectedInverse"/> with traces: an entry off the
    /// diagonal stands for both of its places. Null where the precision is known. For the caller to add to.
    /// </summary>
    public double[]? PrecisionAdjoint(int term) => _precisionAdjoints[term];
}
